// A reader for imageboards reads the demo in both dialects: the library of one,
// with nothing told but where the addresses are.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import Imageboard from "imageboard";
import { Site } from "../site.mjs";

let site;
before(async () => { site = await Site.start("demo"); });
after(() => site?.stop());

const one = (name) => [{ name }];

// address is how a dialect asks for something of a board.
const asks = (url, ...names) => ({ method: "GET", url, urlParameters: names.flatMap(one) });

// Each dialect's configuration is the engine's own with the addresses of this
// site. The domain is made up, since the library insists on https.
const dialects = {
  "4chan": {
    id: "moot", domain: "moot.test", engine: "4chan", defaultAuthorName: "Anonymous",
    boardUrl: "/4chan/{boardId}", threadUrl: "/4chan/{boardId}/thread/{threadId}", commentUrl: "/4chan/{boardId}/thread/{threadId}#p{commentId}",
    attachmentUrl: "/4chan/{boardId}/{name}{ext}", attachmentThumbnailUrl: "/4chan/{boardId}/{name}s.jpg",
    api: {
      getBoards: { method: "GET", url: "/4chan/boards.json" },
      getThreads: asks("/4chan/{boardId}/catalog.json", "boardId"),
      getThreadsWithLatestComments: asks("/4chan/{boardId}/catalog.json", "boardId"),
      getThread: asks("/4chan/{boardId}/thread/{threadId}.json", "boardId", "threadId"),
    },
  },
  vichan: {
    id: "moot", domain: "moot.test", engine: "vichan", defaultAuthorName: "Anonymous",
    boardUrl: "/vichan/{boardId}", threadUrl: "/vichan/{boardId}/res/{threadId}.html", commentUrl: "/vichan/{boardId}/res/{threadId}.html#{commentId}",
    attachmentUrl: "/vichan/{boardId}/src/{name}{ext}", attachmentThumbnailUrl: "/vichan/{boardId}/thumb/{name}{ext}",
    apiOverride: {
      getBoards: { method: "GET", url: "/vichan/boards.json" },
      getThreads: { url: "/vichan/{boardId}/catalog.json" },
      getThread: { url: "/vichan/{boardId}/res/{threadId}.json" },
      getThreadsWithLatestCommentsPage: { url: "/vichan/{boardId}/{pageIndex}.json" },
    },
  },
};

// sendHttpRequest is the library's way out: node's own fetch, to the site.
async function sendHttpRequest({ method, url, headers }) {
  const response = await fetch(url.replace("https://moot.test", site.address), { method, headers, redirect: "manual" });
  const responseText = await response.text();
  const result = { url, status: response.status, headers: response.headers, responseText };
  if (response.status >= 400) throw Object.assign(new Error(`${response.status} for ${url}`), result);
  return result;
}

// pictures are those of a thread that has been read.
const pictures = (thread) => thread.comments.flatMap((comment) => comment.attachments ?? []);

// flat is all that a comment's content holds, at any depth.
const flat = (content) => (Array.isArray(content) ? content.flatMap(flat) : content && typeof content === "object" ? [content, ...flat(content.content)] : content === undefined ? [] : [content]);

for (const [name, config] of Object.entries(dialects)) {
  describe(`a reader that speaks ${name}`, () => {
    let reader, boards;
    const threads = new Map(); // with all their comments, by board
    before(async () => {
      reader = Imageboard(config, { sendHttpRequest, useRelativeUrls: false });
      ({ boards } = await reader.getBoards());
      for (const { id: boardId } of boards) {
        const { threads: listed } = await reader.getThreads({ boardId });
        threads.set(boardId, await Promise.all(listed.map(async ({ id }) => (await reader.getThread({ boardId, threadId: id })).thread)));
      }
    });

    test("lists the boards that have posts", () => {
      const thessaloniki = boards.find((board) => board.id === "gr.thessaloniki");
      assert.equal(thessaloniki.title, "Thessaloniki");
      assert.equal(thessaloniki.description, "Central Macedonia, Greece");
      assert.equal(thessaloniki.post.contentMaxLength, 8000);
      assert.equal(thessaloniki.post.attachments, true);
      assert.ok(boards.length > 5 && boards.length < 100, `${boards.length} boards`);
    });

    test("reads a catalog with the newest comments", async () => {
      const { threads: listed } = await reader.getThreads({ boardId: "gr.thessaloniki", withLatestComments: true });
      const whole = threads.get("gr.thessaloniki");
      assert.ok(listed.length > 2);
      assert.deepEqual(listed.map(({ id }) => id).sort(), whole.map(({ id }) => id).sort());
      for (const thread of listed) {
        const { comments, commentsCount } = whole.find(({ id }) => id === thread.id);
        assert.equal(thread.commentsCount, commentsCount, `comments of ${thread.id}`);
        const newest = comments.slice(1).slice(-5).map(({ id }) => id);
        assert.deepEqual((thread.latestComments ?? []).map(({ id }) => id), newest);
        assert.ok(!(thread.updatedAt < comments.at(-1).createdAt), "it changed before its newest comment came");
      }
    });

    test("reads every thread: texts, quotes, references, people", () => {
      const all = [...threads.values()].flat().flatMap(({ comments }) => comments);
      assert.ok(all.length > 50, `${all.length} comments`);
      for (const comment of all) {
        assert.ok(Number.isSafeInteger(comment.id) && comment.createdAt instanceof Date && comment.createdAt.getTime() % 60_000 === 0);
        if (comment.authorId === undefined) assert.equal(comment.authorName, "Moot", "only what the site writes has no tag");
        else assert.match(comment.authorId, /^[0-9a-z]{4}$/);
      }
      const parts = all.flatMap(({ content }) => flat(content));
      for (const type of ["quote", "post-link", "spoiler"]) {
        assert.ok(parts.some((part) => part.type === type), `no ${type} is understood`);
      }
      const markup = parts.filter((part) => typeof part === "string" && /<\/?[a-z]+[ >]|&(lt|gt|amp|#\d+);/.test(part));
      assert.deepEqual(markup, [], "markup that was not understood");
      const answered = all.filter(({ replyIds }) => replyIds?.length > 0);
      assert.ok(answered.length > 5, "references tie comments together");
      assert.ok(all.some(({ authorName, authorTripCode }) => authorName && authorTripCode?.startsWith("!")), "a name with a tripcode");
      assert.ok(all.some(({ authorName }) => authorName === undefined), "nobody's name is for nobody");
    });

    test("reads a thread with pictures, and they are there", async () => {
      const [boardId, shown] = [...threads].flatMap(([id, some]) => some.map((thread) => [id, thread])).find(([, thread]) => pictures(thread).length > 0);
      assert.ok(shown, `no thread of ${boardId} has pictures`);
      for (const attachment of pictures(shown)) {
        assert.equal(attachment.type, "picture");
        const { picture } = attachment;
        assert.ok(picture.width > 0 && picture.height > 0 && picture.size > 0);
        for (const { url, type } of [picture, ...picture.sizes]) {
          const response = await fetch(site.address + url, { headers: { origin: "https://reader.test" } });
          const bytes = await response.arrayBuffer();
          assert.equal(response.status, 200, url);
          assert.match(response.headers.get("content-type"), /^image\//);
          assert.equal(response.headers.get("access-control-allow-origin"), "*");
          if (url === picture.url) {
            assert.equal(response.headers.get("content-type"), type);
            assert.equal(bytes.byteLength, picture.size, "the size of the file");
          }
        }
      }
    });

    test("knows what is not there", async () => {
      await assert.rejects(reader.getThread({ boardId: "gr.thessaloniki", threadId: 999999 }), { status: 404 });
      await assert.rejects(reader.getThreads({ boardId: "xx.nowhere" }), { status: 404 });
    });
  });
}
