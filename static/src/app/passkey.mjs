// <form data-passkey="make | give | ask">: makes a passkey, or gives one in answer to the options in
// the form ("give") or asked of the form's address ("ask").

const REFUSED = "The passkey was not used. Try again, or use another way.";

export function usePasskeys() {
  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      const name = form.elements.name;
      // A form without a name is sent on, to be told so.
      if (name && !name.value.trim()) return;
      event.preventDefault();
      perform(form);
    });
  }
}

async function perform(form) {
  const status = form.querySelector("[data-passkey-status]");
  status.textContent = "";
  try {
    const { publicKey } = await optionsOf(form);
    const credential =
      form.dataset.passkey === "make" ? await make(publicKey) : await give(publicKey);
    form.elements.credential.value = JSON.stringify(toJson(credential));
    form.submit();
  } catch {
    status.textContent = REFUSED;
  }
}

async function optionsOf(form) {
  const inPage = form.querySelector("script[type='application/json']");
  if (inPage) return JSON.parse(inPage.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

function make(options) {
  return navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
      // One that signs in by itself, and only for a person whom the device recognised.
      authenticatorSelection: {
        ...options.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    },
  });
}

function give(options) {
  return navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
}

const known = (list = []) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

function toBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function toJson(credential) {
  const response = {};
  for (const part of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (credential.response[part]) response[part] = toText(credential.response[part]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}
