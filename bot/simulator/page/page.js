// The demo's chat page: shows what the stand-in Telegram holds, and sends what a person does. No framework, no build.
"use strict";

const shown = new Map(); // chat id -> {section, revision, posts: Map}
const ask = (path, body) =>
  fetch(path, body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .then((answer) => answer.json());
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};
let zone; // the demo's clock is shown in the browser's own zone

// Text with entities. Offsets count UTF-16 units, which is how JavaScript counts too.
const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
function rich(text, entities, from = 0, to = text.length) {
  const out = document.createDocumentFragment();
  let at = from;
  while (at < to) {
    const next = entities.find((entity) => entity.offset >= at && entity.offset < to && TAGS[entity.type] || entity.offset >= at && entity.offset < to && ["spoiler", "text_link"].includes(entity.type));
    if (!next) break;
    if (next.offset > at) out.append(plain(text.slice(at, next.offset)));
    const end = Math.min(next.offset + next.length, to);
    const inner = rich(text, entities.filter((entity) => entity !== next && entity.offset >= next.offset && entity.offset + entity.length <= end), next.offset, end);
    out.append(wrap(next, inner));
    at = end;
    // A block quote is a block already: the line break behind it would show as an empty line.
    if (TAGS[next.type] === "blockquote" && text[at] === "\n") at += 1;
  }
  out.append(plain(text.slice(at, to)));
  return out;
}
function wrap(entity, inner) {
  if (entity.type === "spoiler") {
    const cover = make("button", "spoiler");
    cover.type = "button";
    cover.setAttribute("aria-label", "Hidden text, press to show");
    cover.append(inner);
    cover.onclick = () => { cover.classList.add("open"); cover.removeAttribute("aria-label"); };
    return cover;
  }
  if (entity.type === "text_link") {
    const link = make("a");
    if (/^https?:/.test(entity.url)) link.href = entity.url;
    link.rel = "noreferrer";
    link.append(inner);
    return link;
  }
  const node = make(TAGS[entity.type]);
  node.append(inner);
  return node;
}
function plain(text) {
  const out = document.createDocumentFragment();
  for (const part of text.split(/(https?:\/\/[^\s]+)/)) {
    if (/^https?:/.test(part)) {
      const link = make("a", "", part);
      link.href = part; link.rel = "noreferrer"; link.target = "_blank";
      out.append(link);
    } else out.append(part);
  }
  return out;
}

function drawPost(chat, post) {
  const node = make("div", post.mine ? "post mine" : "post");
  node.dataset.messageId = post.id;
  const bubble = make("div", "bubble");
  bubble.dataset.testid = "bubble";
  bubble.dir = "auto";
  if (post.file) bubble.append(drawFile(post.file));
  bubble.append(rich(post.text, post.entities));
  const at = new Date(post.at);
  const time = make("time", "", (post.edited && !post.mine ? "edited " : "") + at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: zone }));
  time.dateTime = post.at;
  bubble.append(time);
  node.append(bubble);
  if (post.buttons.length) {
    const rows = make("div", "rows");
    for (const line of post.buttons) {
      const row = make("div", "row");
      for (const button of line) {
        const press = make("button", "", button.text);
        press.type = "button";
        press.dataset.testid = "inline-button";
        press.onclick = () => ask(`demo/chat/${chat}/do`, { do: "tap", post: post.id, data: button.callback_data });
        row.append(press);
      }
      rows.append(row);
    }
    node.append(rows);
  }
  return node;
}
function drawFile(file) {
  const types = { photo: "image/png", animation: "image/gif", voice: "audio/ogg", document: "application/octet-stream" };
  const source = `data:${types[file.kind]};base64,${file.content}`;
  if (file.kind === "photo" || file.kind === "animation") {
    const picture = make("img"); picture.src = source; picture.alt = file.name; return picture;
  }
  if (file.kind === "voice") {
    const sound = make("audio"); sound.controls = true; sound.src = source; return sound;
  }
  const link = make("a", "", `⬇ ${file.name}`);
  link.href = source; link.download = file.name;
  const line = make("div"); line.append(link); return line;
}

function drawChat(id, view) {
  const state = shown.get(id);
  const { section, posts } = state;
  const log = section.querySelector(".log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const seen = new Set(view.posts.map((post) => post.id));
  for (const [post, entry] of posts) if (!seen.has(post)) { entry.node.remove(); posts.delete(post); }
  log.querySelector(".start")?.remove();
  let added = false;
  for (const post of view.posts) {
    const form = JSON.stringify(post);
    const old = posts.get(post.id);
    if (old?.form === form) continue;
    const node = drawPost(id, post);
    if (old) {
      const held = old.node.contains(document.activeElement);
      old.node.replaceWith(node);
      if (held) node.querySelector("button")?.focus({ preventScroll: true });
    } else { log.append(node); added = true; }
    posts.set(post.id, { node, form });
  }
  if (!view.posts.length) {
    const start = make("button", "start", "Start");
    start.type = "button"; start.dataset.testid = "start";
    start.onclick = () => say(id, "/start");
    log.append(start);
  }
  if (added || low) log.scrollTop = log.scrollHeight;
  section.querySelector(".typing").hidden = !view.typing;
  section.querySelector(".who").textContent = `with ${view.name}${view.blocked ? " (blocked)" : ""}`;
  const keyboard = section.querySelector(".keyboard");
  keyboard.hidden = !view.keyboard.length;
  keyboard.replaceChildren(...view.keyboard.flat().map((label) => {
    const press = make("button", "", label);
    press.type = "button"; press.dataset.testid = "keyboard-button";
    press.onclick = () => say(id, label);
    return press;
  }));
  const pinned = view.posts.find((post) => post.id === view.pinned);
  const bar = section.querySelector(".pinned");
  bar.hidden = !pinned;
  bar.textContent = pinned ? `📌 ${pinned.text.split("\n")[0]}` : "";
  const toast = section.querySelector(".toast");
  if (view.toast && view.toast.text !== state.toast) {
    toast.textContent = state.toast = view.toast.text;
    toast.hidden = false;
    setTimeout(() => { toast.hidden = true; }, 4000);
  }
  section.querySelector(".menu").replaceChildren(...view.commands.map((command) => {
    const press = make("button"); press.type = "button";
    press.append(make("b", "", `/${command.command}`), " ", make("span", "", command.description));
    press.onclick = () => { section.querySelector(".menu").hidden = true; say(id, `/${command.command}`); };
    return press;
  }));
}

const say = (chat, text) => ask(`demo/chat/${chat}/do`, { do: "say", text });

async function watch(id) {
  for (;;) {
    try {
      const state = shown.get(id);
      const view = await ask(`demo/chat/${id}?seen=${state.revision}`);
      state.revision = view.revision;
      drawChat(id, view);
    } catch { await new Promise((done) => setTimeout(done, 1000)); }
  }
}

function open(person) {
  const section = document.getElementById("chat").content.cloneNode(true).querySelector("section");
  section.setAttribute("aria-label", `Chat of ${person.name} with Keel`);
  shown.set(person.id, { section, revision: -1, posts: new Map() });
  const text = section.querySelector("textarea");
  const send = () => { if (text.value.trim()) { say(person.id, text.value); text.value = ""; text.style.height = ""; } text.focus(); };
  section.querySelector(".write").onsubmit = (event) => { event.preventDefault(); send(); };
  text.onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } };
  text.oninput = () => { text.style.height = "auto"; text.style.height = `${text.scrollHeight + 2}px`; };
  const menu = section.querySelector(".menu");
  const commands = section.querySelector(".commands");
  commands.onclick = () => { menu.hidden = !menu.hidden; commands.setAttribute("aria-expanded", String(!menu.hidden)); };
  section.querySelector(".open-panel").onclick = () => { document.getElementById("panel").hidden = false; document.getElementById("panel-close").focus(); };
  document.getElementById("chats").append(section);
  const tab = make("button", "", person.name);
  tab.type = "button"; tab.setAttribute("role", "tab");
  tab.onclick = () => choose(person.id);
  tab.dataset.chat = person.id;
  document.getElementById("people").append(tab);
  watch(person.id);
}
function choose(id) {
  for (const [chat, { section }] of shown) section.classList.toggle("shown", chat === id);
  for (const tab of document.querySelectorAll("#people button")) tab.setAttribute("aria-selected", String(Number(tab.dataset.chat) === id));
}

function drawPanel(state) {
  const words = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone };
  document.getElementById("now").textContent = new Date(state.now).toLocaleString([], { ...words, year: "numeric" });
  document.getElementById("said").textContent = state.said;
  const due = state.due.map((item) => make("li", "", `${new Date(item.at).toLocaleString([], words)}: ${item.what}`));
  document.getElementById("due").replaceChildren(...(due.length ? due : [make("li", "", "nothing")]));
  for (const name of ["down", "slow", "flood"]) {
    document.querySelector(`[data-do="${name}"]`).setAttribute("aria-pressed", String(state.faults[name]));
  }
}

async function begin() {
  const people = await ask("demo/people");
  people.forEach(open);
  const wanted = new URLSearchParams(location.search).get("person");
  choose((people.find((person) => person.name === wanted) ?? people[0]).id);
  const panel = document.getElementById("panel");
  document.getElementById("panel-close").onclick = () => { panel.hidden = true; document.querySelector(".chat.shown .open-panel").focus(); };
  panel.onkeydown = (event) => { if (event.key === "Escape") document.getElementById("panel-close").click(); };
  for (const press of document.querySelectorAll("[data-do]")) {
    press.onclick = async () => drawPanel(await ask("demo/panel", { do: press.dataset.do }));
  }
  document.getElementById("add").onsubmit = async (event) => {
    event.preventDefault();
    const name = document.getElementById("add-name");
    const all = await ask("demo/people", { name: name.value });
    name.value = "";
    all.filter((person) => !shown.has(person.id)).forEach((person) => { open(person); choose(person.id); });
  };
  for (;;) {
    try { drawPanel(await ask("demo/panel")); } catch { /* the server restarts or is gone */ }
    await new Promise((done) => setTimeout(done, 2000));
  }
}
begin();
