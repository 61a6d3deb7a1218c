"""The certificate of contribution as PDF, in Thai and with days of the Buddhist era."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from registry.documents.pdf import LIBRARY, render_pdf
from registry.genuine.address import genuine_address, qr_svg
from registry.periods.calendar import format_date, to_bangkok_date
from registry.portal.models import Certificate

TEMPLATE = LIBRARY / "certificate.typ"


def certificate_pdf(row: Certificate) -> bytes:
    """The document; the same certificate makes the same bytes while the name stays."""
    address = genuine_address(row.code)
    data = certificate_words(row, address)
    return render_pdf(TEMPLATE, data, created=row.made_at, files={"qr.svg": qr_svg(address)})


def certificate_words(row: Certificate, address: str) -> dict[str, object]:
    """Everything that the template shows, ready to print.

    Args:
        address: where the code can be checked.
    """
    with force_locale("th"):
        return _words(row, address)


def _words(row: Certificate, address: str) -> dict[str, object]:
    since, until = (format_date(day, "th", "long") for day in (row.since, row.until))
    made = format_date(to_bangkok_date(row.made_at), "th", "long")
    reached = None if row.reached is None else f"{row.reached:,}"
    return {
        "title": _("Certificate of contribution"),
        "office": row.office.name_th,
        "issuer": _("Issued by %(office)s", office=row.office.name_th),
        "given": _("This is to certify that"),
        "name": row.member.display_name,
        "place": row.member.province.name_th,
        "words": _("passed on public-relations messages of their own free will"),
        "span": (
            _("on %(day)s", day=since)
            if row.since == row.until
            else _("from %(since)s to %(until)s", since=since, until=until)
        ),
        "figures": [
            {"label": _("Messages passed on"), "value": f"{row.messages:,}"},
            {"label": _("Reports accepted"), "value": f"{row.disseminations:,}"},
            {"label": _("People reached, with evidence"), "value": reached},
        ],
        "note": _("Only figures that the office accepted are counted."),
        "made": _("Issued on %(day)s", day=made),
        "code": _("Code: %(code)s", code=row.code),
        "check": _("Check it at %(address)s", address=address),
        "alt": _("QR code of the address where the certificate can be checked"),
        "thanks": _("with our sincere thanks"),
        "signature": [_("Signature"), _("Name in full"), _("Position")],
    }
