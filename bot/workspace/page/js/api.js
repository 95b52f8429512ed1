// Speaks to the workspace's /control routes; the cookie that came with the page is the key.
// `refused` in an answer: the workspace itself would not do it. What an app did wrong it tells by a notice of its own.

async function answered(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  if (body === null) return { ok: false, refused: true, error: `The workspace answered ${response.status}.` };
  return response.ok ? body : { ...body, ok: false, refused: true, status: response.status };
}

export async function get(path, query = {}) {
  const search = new URLSearchParams(query).toString();
  try {
    return await answered(await fetch(`/control/${path}${search ? `?${search}` : ""}`, { cache: "no-store" }));
  } catch {
    return { ok: false, refused: true, error: "The workspace cannot be reached." };
  }
}

export async function post(path, body) {
  try {
    return await answered(
      await fetch(`/control/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  } catch {
    return { ok: false, refused: true, error: "The workspace cannot be reached." };
  }
}
