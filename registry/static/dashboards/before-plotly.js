// Dash waits for what stands here; else it would begin to load all of plotly once the figures came.
window.Plotly = new Promise((loaded, failed) => {
  const script = document.querySelector("script[data-plotly]");
  script.addEventListener("load", () => loaded());
  script.addEventListener("error", failed);
});
// Read by plotly when it starts: no map is fetched from elsewhere, and Thai is known.
window.PlotlyGeoAssets = {
  topojson: {
    world_110m: {
      type: "Topology",
      arcs: [],
      objects: Object.fromEntries(
        ["coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"].map((name) => [
          name, { type: "GeometryCollection", geometries: [] },
        ]),
      ),
    },
  },
};
window.PlotlyLocales = [{
  moduleType: "locale",
  name: "th",
  dictionary: { "Download plot as a PNG": "บันทึกแผนภูมิเป็นภาพ PNG", "Download plot": "บันทึกแผนภูมิ", "Click to enter Plot title": "" },
  format: {
    days: ["อาทิตย์", "จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์"],
    shortDays: ["อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."],
    months: ["มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"],
    shortMonths: ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."],
    date: "%d/%m/%Y",
    decimal: ".",
    thousands: ",",
  },
}];
