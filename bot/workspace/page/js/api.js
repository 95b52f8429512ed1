// Speaks to the workspace's /control routes; the cookie that came with the page is the key.

async function answered(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  if (body === null) return { ok: false, error: `The workspace answered ${response.status}.` };
  if (!response.ok && body.ok === undefined) body.ok = false;
  return body;
}

export async function get(path, query = {}) {
  const search = new URLSearchParams(query).toString();
  try {
    return await answered(await fetch(`/control/${path}${search ? `?${search}` : ""}`, { cache: "no-store" }));
  } catch {
    return { ok: false, error: "The workspace cannot be reached." };
  }
}

export async function post(path, body) {
  try {
    return await answered(await fetch(`/control/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }));
  } catch {
    return { ok: false, error: "The workspace cannot be reached." };
  }
}
