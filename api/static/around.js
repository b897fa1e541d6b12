// "Around me": asks the browser where it is, only when pressed, and opens the page of that place.

const button = document.getElementById("around");
const told = document.getElementById("around-told");

if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const asked = new URLSearchParams({ lat: coords.latitude.toFixed(6), lon: coords.longitude.toFixed(6) });
        location.assign(`${button.dataset.address}?${asked}`);
      },
      () => {
        button.disabled = false;
        told.textContent = button.dataset.denied;
        told.hidden = false;
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
}
