/* An address may name an answer or comment that stands somewhere else by now: merged, split off, turned, on a later page. */
const posts = document.querySelector("[data-posts-url]");

async function followPost() {
  const number = /^#(?:answer|comment|question)-(\d+)$/.exec(location.hash)?.[1];
  if (!number || document.getElementById(location.hash.slice(1))) return;
  const address = posts.dataset.postsUrl.replace(/0$/, number);
  const response = await fetch(address, { method: "HEAD" }).catch(() => null);
  // Where it leads to this very page it is not shown here, and never will be by asking again.
  if (response?.ok && response.url !== location.href.split("#")[0]) location.replace(address);
}

if (posts) {
  followPost();
  addEventListener("hashchange", followPost);
}
