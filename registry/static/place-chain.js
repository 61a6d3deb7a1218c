// Province → district → subdistrict → postcode, from two small JSON answers.
async function ask(address, name, value) {
  if (!value) return [];
  const answer = await fetch(`${address}?${new URLSearchParams({ [name]: value })}`, {
    headers: { Accept: "application/json" },
  });
  return answer.ok ? answer.json() : [];
}

function fill(select, places) {
  const options = places.map(({ code, name, postcode }) => {
    const option = new Option(name, code);
    if (postcode) option.dataset.postcode = postcode;
    return option;
  });
  select.replaceChildren(new Option("–", ""), ...options);
}

export function chainPlaces(form) {
  const { province_code: province, district_code: district, subdistrict_code: subdistrict, postcode } = form.elements;
  const { districts, subdistricts } = form.dataset;
  province.addEventListener("change", async () => {
    fill(subdistrict, []);
    fill(district, await ask(districts, "province", province.value));
  });
  district.addEventListener("change", async () => {
    fill(subdistrict, await ask(subdistricts, "district", district.value));
  });
  subdistrict.addEventListener("change", () => {
    const found = subdistrict.selectedOptions[0]?.dataset.postcode;
    if (found) postcode.value = found;
  });
}
