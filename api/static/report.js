// The page works without this: it finds where the phone is, and takes a tap on the small map as another place.

const METRES_IN_A_DEGREE = 111320;
const form = document.querySelector("form.where");
const locate = document.querySelector("#locate");
const said = document.querySelector("#located");

function go(lat, lon, accuracy) {
  form.elements.lat.value = lat.toFixed(6);
  form.elements.lon.value = lon.toFixed(6);
  form.elements.accuracy.value = accuracy === undefined ? "" : accuracy.toFixed(1);
  form.elements.road.value = "";
  form.elements.chainage.value = "";
  form.submit();
}

if (navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    said.textContent = locate.dataset.locating;
    const found = ({ coords }) => go(coords.latitude, coords.longitude, coords.accuracy);
    const lost = () => { said.textContent = locate.dataset.failed; form.querySelector("details").open = true; };
    navigator.geolocation.getCurrentPosition(found, lost, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
  });
}

// A place that is typed has no accuracy that anybody could know.
for (const name of ["lat", "lon", "road", "chainage"]) {
  form.elements[name].addEventListener("input", () => { form.elements.accuracy.value = ""; });
}
for (const name of ["road", "chainage"]) {
  form.elements[name].addEventListener("input", () => { form.elements.lat.value = ""; form.elements.lon.value = ""; });
}

const here = document.querySelector(".here");
if (here) {
  here.classList.add("taps");
  here.querySelector("figcaption").hidden = false;
  here.querySelector("svg").addEventListener("click", (event) => {
    const { lat, lon, reach } = here.dataset;
    const box = event.currentTarget.getBoundingClientRect();
    const metres = (part, whole) => (part / whole - 0.5) * 2 * Number(reach);
    const east = metres(event.clientX - box.left, box.width);
    const south = metres(event.clientY - box.top, box.height);
    const across = METRES_IN_A_DEGREE * Math.cos((Number(lat) * Math.PI) / 180);
    go(Number(lat) - south / METRES_IN_A_DEGREE, Number(lon) + east / across);
  });
}
