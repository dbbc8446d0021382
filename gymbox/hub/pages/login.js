const form = document.getElementById("login");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ password: document.getElementById("password").value }),
  });
  if (answer.ok) {
    location.reload();
  } else {
    document.getElementById("said").textContent = (await answer.json()).detail;
  }
});
