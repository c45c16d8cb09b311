// Hands, as people put them up and mark with them in a browser.
import { fits } from "./visitor.mjs";
import { t } from "./words.mjs";

// raise puts a hand up in the city of a board, from the board.
export async function raise({ page }, board) {
  await page.goto(board);
  await page.getByRole("link", { name: t("ladder.raise") }).first().click();
  await page.waitForURL(`**${board}/hand`);
  await fits(page);
  await page.locator("form.write button[value=raise]").click();
  await page.waitForURL(`**${board}/hand?up=1`);
}

// mark says of choices what they are to a hand, and keeps it. says: the choices by what
// stands in their legends, each with the key of its answer.
export async function mark({ page }, dates, says) {
  await page.goto(dates);
  for (const [legend, answer] of Object.entries(says)) {
    await choice(page, legend).getByLabel(t(answer), { exact: true }).check();
  }
  await page.locator(".marks button").click();
  await page.waitForURL("**/dates?marked=1");
}

// choice is a time or a place that can be marked.
export const choice = (page, legend) => page.locator(".marks .choice").filter({ has: page.locator("legend", { hasText: legend }) });
