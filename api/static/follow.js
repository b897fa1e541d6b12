// The page works without this: it finds where the phone is, and lets an area be drawn on the map corner by corner.

const form = document.querySelector("form.send");
const locate = document.querySelector("#locate");
const said = document.querySelector("#located");
const details = document.querySelector("details[data-map]");

if (locate && navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    said.textContent = locate.dataset.locating;
    const found = ({ coords }) => {
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.lon.value = coords.longitude.toFixed(6);
      said.textContent = "";
    };
    const lost = () => { said.textContent = locate.dataset.failed; };
    navigator.geolocation.getCurrentPosition(found, lost, { enableHighAccuracy: true, timeout: 20000 });
  });
}

details?.addEventListener("toggle", () => { if (details.open && !details.querySelector("iframe")) draw(); });
if (details?.open) draw();

// The living map in a frame of our own: what is pressed on it is a corner.
function draw() {
  // In sight before it is loaded: a map without a size shows nothing.
  details.querySelector(".drawing").hidden = false;
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: details.dataset.map, title: details.dataset.title, className: "map" });
  details.querySelector(".frame").append(frame);
  const waiting = setInterval(() => {
    const inside = frame.contentWindow;
    if (inside?.document?.documentElement?.dataset.ready !== "yes") return;
    clearInterval(waiting);
    inside.document.querySelector(".embedded").classList.add("drawn-on");
    inside.map_status.invalidateSize();
    take(inside.map_status, inside.L);
  }, 100);
}

function take(map, L) {
  const words = form.elements.area;
  const shape = L.polygon([], { color: "#0b5c7d", weight: 3, fillOpacity: 0.15, interactive: false }).addTo(map);
  const corners = () => words.value.split("\n").map((line) => line.trim().split(/[\s,;]+/).map(Number))
    .filter(([lon, lat]) => Number.isFinite(lon) && Number.isFinite(lat));
  const show = () => shape.setLatLngs(corners().map(([lon, lat]) => [lat, lon]));
  const write = (list) => { words.value = list.map(([lon, lat]) => `${lon.toFixed(5)} ${lat.toFixed(5)}`).join("\n"); show(); };
  map.off("click");
  map.on("click", ({ latlng }) => write([...corners(), [latlng.lng, latlng.lat]]));
  details.querySelector("[data-undo]").addEventListener("click", () => write(corners().slice(0, -1)));
  words.addEventListener("input", show);
  show();
}
