# ruff: noqa: E501 - forms are easier to compare on one line
"""The ways in which offices write one and the same value into a cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from importers.thai import gazetteer
from registry.periods.wording import BE_OFFSET, THAI_MONTHS, THAI_SHORT
from tests.importers.fuzz.people import Channel, Person

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
BLANK = [None, "-", "–", "ไม่ระบุ", "ไม่มี", "N/A"]
DITTO = ['"', "〃", "”"]
KIND_WORDS = {
    "line_group": ["ไลน์กลุ่ม", "กลุ่มไลน์", "Line group"],
    "facebook": ["เพจ", "Facebook", "เฟซบุ๊ก", "เพจเฟซบุ๊ก"],
    "tiktok": ["TikTok", "ติ๊กต็อก"],
    "youtube": ["YouTube", "ยูทูบ"],
    "loudspeaker": ["หอกระจายข่าว", "เสียงตามสาย"],
    "radio": ["วิทยุชุมชน", "วิทยุ"],
}
SHORT_TITLES = {"นางสาว": ["น.ส.", "นส.", "นางสาว", "น.ส. "], "เด็กชาย": ["ด.ช.", "เด็กชาย"]}
SHORT_TITLES["ว่าที่ ร.ต. หญิง"] = ["ว่าที่ ร.ต.หญิง", "ว่าที่ ร.ต. (หญิง)", "ว่าที่ร้อยตรีหญิง"]
SHORT_TITLES["ว่าที่ ร.ต."] = ["ว่าที่ ร.ต.", "ว่าที่ร้อยตรี", "ว่าที่ ร.ต. "]


@dataclass(frozen=True)
class Written:
    """A cell; ``certain`` when a careful person could read it in one way only."""

    cell: Any
    certain: bool = True


def digits(random: Random, text: str) -> str:
    """Sometimes in Thai digits."""
    return text.translate(THAI) if random.random() < 0.2 else text


def untidy(random: Random, text: str) -> str:
    """The same text with what keyboards and copying leave in it."""
    if "ำ" in text and random.random() < 0.4:
        text = text.replace("ำ", "ํา")
    if "แ" in text and random.random() < 0.3:
        text = text.replace("แ", "เเ")
    middle = len(text) // 2
    if random.random() < 0.1:
        text = text[:middle] + "\u200b" + text[middle:]
    return f" {text}  " if random.random() < 0.1 else text


def title(random: Random, person: Person) -> str:
    """A title in one of its forms."""
    return random.choice(SHORT_TITLES.get(person.title, [person.title]))


def whole_name(random: Random, person: Person) -> str:
    """Title, name and surname in one cell; glued or not."""
    gap = random.choice(["", " "])
    between = random.choice([" ", "  ", " "])
    name = f"{title(random, person).strip()}{gap}{person.first}{between}{person.last}"
    return untidy(random, name)


def national_id(random: Random, person: Person) -> Any:
    """Thirteen digits with or without dashes, as a text or a number."""
    n = person.national_id
    dashed = f"{n[0]}-{n[1:5]}-{n[5:10]}-{n[10:12]}-{n[12]}"
    return random.choice([n, int(n), dashed, digits(random, dashed), dashed.replace("-", " ")])


def born(random: Random, person: Person) -> Any:
    """A year of birth in either era."""
    be = person.born + BE_OFFSET
    return random.choice(
        [be, str(be), digits(random, str(be)), f"พ.ศ. {be}", person.born, f"พ.ศ.{be}"]
    )


def phones(random: Random, person: Person) -> Any:
    """One number or more in a cell."""
    if len(person.phones) == 1:
        return phone(random, person.phones[0])
    return random.choice([", ", "/", "\n", " , ", " และ "]).join(
        _spaced(random, one) for one in person.phones
    )


def phone(random: Random, number: str) -> Any:
    """A number, perhaps without its zero or with the country's code."""
    national = number[1:]
    return random.choice(
        [
            number, _spaced(random, number), int(national), f"+66{national}", f"+66 {national[:2]} {national[2:]}",
            digits(random, number), f"{number} ", f"({number[:3]}) {number[3:]}", f"โทร. {number}", f"66{national}", float(national),
        ]
    )  # fmt: skip


def _spaced(random: Random, number: str) -> str:
    mark = random.choice(["-", " ", ""])
    cut = 2 if number.startswith("02") else 3
    return digits(random, f"{number[:cut]}{mark}{number[cut:-4]}{mark}{number[-4:]}")


def day(random: Random, when: date) -> Any:
    """A day in either era, as a date cell, a text, or Excel's number for it."""
    be, m, d = when.year + BE_OFFSET, when.month, when.day
    short, full = THAI_SHORT[m - 1], THAI_MONTHS[m - 1]
    forms: list[Any] = [
        datetime(when.year, m, d), when, (when - date(1899, 12, 30)).days, f"{d}/{m}/{be}",
        f"{d:02d}/{m:02d}/{be}", digits(random, f"{d} {full} {be}"), f"{d} {short} {be % 100:02d}",
        f"{d} {short.replace('.', '')} {be}", f"{d} {full} พ.ศ. {be}", f"{d}/{m}/{be % 100:02d}",
        f"{d}-{m}-{be}", f"{d}.{m}.{be}", f"วันที่ {d} {full} {be}", when.isoformat(), f"{d}{short}{be % 100}",
        f"{d} {full}  {be}", f"{d}/{m}/{when.year}", f"{d} {when:%b} {when.year}", f"{be}-{m:02d}-{d:02d}",
    ]  # fmt: skip
    if (m, d) != (2, 29):
        forms.append(datetime(be, m, d))
    return random.choice(forms)


def slip(random: Random, text: str) -> str:
    """One letter left out, doubled or changed."""
    place = random.randrange(1, len(text) - 1)
    kind = random.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    letter = text[place] if kind == 1 else random.choice("กขคงนมรลส")
    return text[:place] + letter + text[place + kind - 1 :]


def area(random: Random, name: str, words: list[str], others: dict[str, str]) -> Written:
    """A name with or without its word; now and then with a slip."""
    if len(name) > 5 and random.random() < 0.1:
        wrong = slip(random, name)
        if gazetteer.place_key(wrong) not in others:
            return Written(wrong, certain=False)
    text = name if name.startswith(("เขต", "เมือง")) else random.choice(words) + name
    return Written(untidy(random, text))


def channel(random: Random, one: Channel) -> str:
    """A channel with its kind and its audience."""
    word = random.choice(KIND_WORDS[one.kind])
    count = random.choice(
        [f"{one.audience:,}", str(one.audience), digits(random, str(one.audience))]
    )
    form = random.choice(
        ["{} {} {} คน", "{} {} ({} คน)", "{} : {} จำนวน {} คน", "{} {} ผู้ติดตาม {} คน"]
    )
    return form.format(word, one.name, count)


def channels(random: Random, person: Person) -> Any:
    """All channels of a member in one wide cell."""
    texts = [channel(random, one) for one in person.channels]
    if not texts:
        return random.choice(BLANK)
    if len(texts) > 1 and random.random() < 0.4:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
    return random.choice([", ", "\n", "; ", " / "]).join(texts)
