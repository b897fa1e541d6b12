/* Whether the map is a part of another page is known before anything is drawn: what goes later moves the rest. */
if (new URLSearchParams(location.search).get('embed') === '1') document.documentElement.classList.add('embedded');
