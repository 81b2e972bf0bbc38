/** The five interactive messages on the customer's chat page: shown, answered by mouse and by keyboard, and kept over a reload. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openDesk, openPage, setStatus } from "./support/browser.mjs";
import { endChat } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const screenshots = resolve(import.meta.dirname, "../../target/screenshots");
const interactive = "application/vnd.amazonaws.connect.message.interactive";

const fruit = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><rect width="160" height="90" fill="#dcefd7"/>
<circle cx="62" cy="50" r="24" fill="#d6453d"/><circle cx="98" cy="52" r="22" fill="#f08c1d"/></svg>`;

let server;
let browser;
let flow;
let agent;
let kept;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  [server, browser] = await Promise.all([Server.start(), launch()]);
  flow = await straightToQueue(server);
  agent = await Agent.signIn(server, "agent1");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  if (kept) await endChat(server, kept);
  kept = undefined;
  await Promise.all(browser.contexts().map((context) => context.close()));
  agent = await Agent.signIn(server, "agent1");
  await agent.goHome();
});

/** A customer on the chat page and an agent in the workspace, in conversation; the agent's program may speak, too. */
async function together() {
  const desk = await openDesk(browser, server, "agent1", "/agent-app-v2", { viewport: { width: 1200, height: 760 } });
  await setStatus(desk, "Available");
  const customer = await openPage(browser, `${server.endpoint}/chat?flow=${flow}&name=Robin%20Ross`, {
    viewport: { width: 420, height: 720 },
    timezoneId: "Europe/Berlin",
  });
  for (const page of [desk, customer]) {
    await page.route("https://shop.example/**", (route) =>
      route.fulfill({ contentType: "image/svg+xml", body: fruit }),
    );
  }
  await byId(customer, "chat-start").click();
  await byId(customer, "chat-input").waitFor();
  kept = JSON.parse(await customer.evaluate(() => sessionStorage.getItem("persistedChatSession")));
  await byId(desk, "contact-accept").click();
  await byId(desk, "chat-input").waitFor();
  const contact = await agent.contact("connected");
  return { desk, customer, speaker: await agent.speaker(contact) };
}

const template = (templateType, content, data = {}) => ({ templateType, version: "1.0", data: { content, ...data } });
const image = () => ({
  imageType: "URL",
  imageData: "https://shop.example/fruit.svg",
  imageDescription: "A basket of fruit",
});
const panel = (templateIdentifier, title, elements) => ({
  templateIdentifier,
  ...template("Panel", { title, subtitle: "Tap to select", elements }),
});

/** Every kind: what is sent, the choice that is pressed, what arrives, and how it reads for both sides. */
const kinds = {
  ListPicker: {
    pictures: 3,
    sends: () =>
      template(
        "ListPicker",
        {
          title: "What produce would you **like**?",
          subtitle: "Tap to select option",
          ...image(),
          elements: [
            { title: "Apple", subtitle: "$1.00", ...image() },
            { title: "Orange", subtitle: "$1.50", ...image() },
            { title: "Banana, the small kind that is yellow, sweet and a little curved", subtitle: "$10.00" },
          ],
        },
        { replyMessage: { title: "Thanks for selecting!", subtitle: "Produce selected" } },
      ),
    press: "Orange",
    arrives: "Orange",
    reads: "Orange",
    reply: "Thanks for selecting!",
  },
  TimePicker: {
    sends: () =>
      template(
        "TimePicker",
        {
          title: "Schedule appointment",
          subtitle: "Tap to select option",
          timeZoneOffset: -450,
          location: { latitude: 47.616299, longitude: -122.4311, title: "Oscar", radius: 1 },
          timeslots: [
            { date: "2020-11-15T16:00+00:00", duration: 60 },
            { date: "2020-10-31T17:00+00:00", duration: 60 },
            { date: "2020-11-15T13:00+00:00", duration: 60 },
          ],
        },
        { replyMessage: { title: "Thanks for selecting", subtitle: "Appointment selected" } },
      ),
    press: "Sunday, November 15, 05:30 AM, 60 minutes",
    arrives: "2020-11-15T13:00+00:00",
    reads: "Sunday, November 15, 05:30 AM",
    reply: "Thanks for selecting",
  },
  Panel: {
    pictures: 1,
    sends: () =>
      template("Panel", {
        title: "How can I help you?",
        subtitle: "Tap to select option",
        ...image(),
        elements: [{ title: "Check self-service options" }, { title: "Talk to an agent" }, { title: "End chat" }],
      }),
    press: "Talk to an agent",
    arrives: "Talk to an agent",
    reads: "Talk to an agent",
  },
  QuickReply: {
    sends: () =>
      template("QuickReply", {
        title: "Which department would you like?",
        elements: [{ title: "Billing" }, { title: "Cancellation" }, { title: "New service" }],
      }),
    press: "Cancellation",
    arrives: "Cancellation",
    reads: "Cancellation",
  },
  Carousel: {
    sends: () =>
      template("Carousel", {
        title: "View our popular destinations",
        elements: [
          panel("template0", "California", [{ title: "Book flights" }, { title: "Book hotels" }]),
          panel("template1", "New York", [
            { title: "Book flights" },
            { title: "Book hotels" },
            { title: "Learn more", type: "hyperlink", url: "https://travel.example/new-york" },
          ]),
          panel("template2", "Oslo", [{ title: "Book flights" }, { title: "Book hotels" }]),
        ],
      }),
    card: "New York",
    press: "Book hotels",
    arrives: { templateIdentifier: "template1", listTitle: "New York", selectionText: "Book hotels" },
    reads: "New York: Book hotels",
  },
};

async function picture(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** What a window shows as said by the customer. */
const answers = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("[data-testid=chat-entry]")]
      .filter((entry) => ["You", "Robin Ross"].includes(entry.querySelector(".chat__by b").textContent))
      .flatMap((entry) => entry.querySelector(".chat__bubble")?.textContent.trim() ?? []),
  );

/** Presses a choice without a pointer: back from the input to the choice, then Enter. */
async function pressByKeyboard(page, choice) {
  await byId(page, "chat-input").focus();
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press("Shift+Tab");
    if (await choice.evaluate((element) => element === document.activeElement)) break;
  }
  assert.ok(await choice.evaluate((element) => element === document.activeElement), "the choice is out of reach");
  await page.keyboard.press("Enter");
}

describe("interactive messages", () => {
  for (const [kind, one] of Object.entries(kinds)) {
    for (const by of ["mouse", "keyboard"]) {
      test(`X5 a ${kind} is shown, answered by ${by}, and reads right for both sides, also after a reload`, async () => {
        const { desk, customer, speaker } = await together();
        const sent = await speaker.say(JSON.stringify(one.sends()), interactive);
        const offer = byId(customer, `offer-${kind}`);
        await offer.waitFor();
        await byId(desk, `offer-${kind}`).waitFor();
        const open = byId(desk, `offer-${kind}`).locator("button.offer__option:enabled, button.offer__chip:enabled");
        assert.equal(await open.count(), 0, "an agent only looks on");
        for (const page of [customer, desk]) {
          const shown = byId(page, `offer-${kind}`).locator("img");
          assert.equal(await shown.count(), one.pictures ?? 0);
          await until("the pictures", () =>
            shown.evaluateAll((all) => all.every((image) => image.complete && image.naturalWidth > 0 && image.alt)),
          );
        }
        if (by === "mouse") {
          await picture(customer, `offer-${kind}`);
          await picture(desk, `offer-${kind}-agent`);
          await customer.setViewportSize({ width: 300, height: 600 });
          await picture(customer, `offer-${kind}-narrow`);
          await customer.setViewportSize({ width: 420, height: 720 });
        }
        const place = one.card ? offer.getByRole("region", { name: one.card }) : offer;
        const choice = place.getByRole("button", { name: one.press, exact: kind === "TimePicker" });
        if (by === "mouse") await choice.click();
        else await pressByKeyboard(customer, choice);

        const answer = await until("the answer", async () => {
          const { Transcript } = await speaker.transcript();
          return Transcript.find((item) => item.ContentType === `${interactive}.response`);
        });
        assert.equal(answer.ParticipantRole, "CUSTOMER");
        assert.deepEqual(typeof one.arrives === "string" ? answer.Content : JSON.parse(answer.Content), one.arrives);
        assert.notEqual(answer.Id, sent.Id);
        const shown = async () => {
          for (const page of [customer, desk]) {
            await until("the answer to be shown", async () => (await answers(page)).length > 0);
            assert.deepEqual(await answers(page), [one.reads]);
            const chosen = byId(page, `offer-${kind}`).locator("[aria-pressed=true]");
            assert.equal(await chosen.count(), 1, "one choice is marked");
            assert.ok(await chosen.isDisabled(), "an offer is answered once");
            assert.equal(await byId(page, "chat-offer-reply").count(), one.reply ? 1 : 0);
            if (one.reply) await byId(page, "chat-offer-reply").getByText(one.reply, { exact: true }).waitFor();
          }
        };
        await shown();
        if (by === "keyboard") {
          const focus = await customer.evaluate(() => document.activeElement.getAttribute("role"));
          assert.equal(focus, "log", "the keyboard stays in the conversation");
        } else {
          await picture(customer, `offer-${kind}-answered`);
          await picture(desk, `offer-${kind}-answered-agent`);
        }
        await Promise.all([customer.reload(), desk.reload()]);
        for (const page of [customer, desk]) await byId(page, `offer-${kind}`).waitFor();
        await shown();
        assert.deepEqual([customer.complaints, desk.complaints], [[], []]);
      });
    }
  }

  test("a carousel may scroll upright, leave out the card's title and hold links, which are opened apart", async () => {
    const { customer, speaker } = await together();
    const carousel = kinds.Carousel.sends();
    Object.assign(carousel.data.content, { carouselIsVertical: true, omitTitleFromCarouselResponse: true });
    await speaker.say(JSON.stringify(carousel), interactive);
    const offer = byId(customer, "offer-Carousel");
    await offer.waitFor();
    await picture(customer, "offer-Carousel-vertical");
    const link = offer.getByRole("link", { name: "Learn more" });
    assert.equal(await link.getAttribute("href"), "https://travel.example/new-york");
    assert.equal(await link.getAttribute("target"), "_blank");
    await byId(customer, "offer-next").click();
    await until("the cards to move", () => offer.locator(".offer__cards").evaluate((cards) => cards.scrollTop > 0));
    await offer.getByRole("region", { name: "Oslo" }).getByRole("button", { name: "Book flights" }).click();
    await until("the answer", async () => (await answers(customer)).includes("Book flights"));
  });

  test("times without an offset are those of the reader's own place", async () => {
    const { customer, speaker } = await together();
    const picker = kinds.TimePicker.sends();
    picker.data.content.timeZoneOffset = undefined;
    await speaker.say(JSON.stringify(picker), interactive);
    await byId(customer, "offer-TimePicker")
      .getByRole("button", { name: "Saturday, October 31, 06:00 PM, 60 minutes" })
      .waitFor();
  });

  test("titles and subtitles may be formatted, and links in them are opened apart", async () => {
    const { customer, speaker } = await together();
    const formatted = template("Panel", {
      title: "**Bold**, *slanted* and `code`",
      subtitle:
        "See [here](https://shop.example/a) or https://shop.example/b\r\n\r\n1. first\r\n2. second\r\n\r\n* point",
      elements: [{ title: "**Not** formatted" }],
    });
    await speaker.say(JSON.stringify(formatted), interactive);
    const offer = byId(customer, "offer-Panel");
    for (const [element, text] of [
      ["strong", "Bold"],
      ["em", "slanted"],
      ["code", "code"],
      ["ol > li", "second"],
      ["ul > li", "point"],
      ["a[href='https://shop.example/a'][target=_blank]", "here"],
      ["a[href='https://shop.example/b'][target=_blank]", "https://shop.example/b"],
    ]) {
      await offer.locator(element, { hasText: text }).first().waitFor();
    }
    // The text of a choice is the answer, as it stands.
    await offer.getByRole("button", { name: "**Not** formatted" }).waitFor();
  });

  test("messages that follow none of the templates are refused, and the refusal says where they are wrong", async () => {
    const { customer, speaker } = await together();
    for (const [content, where] of [
      [template("Wheel", { title: "t" }), "templateType"],
      [template("ListPicker", { title: "t", elements: [] }), "data.content.elements"],
      [template("QuickReply", { title: "t", elements: [{ title: "one" }] }), "data.content.elements"],
      [template("TimePicker", { title: "t", timeslots: [{ date: "soon", duration: 60 }] }), "timeslots[0].date"],
      [template("Panel", { elements: [{ title: "one" }] }), "data.content.title"],
      [template("Carousel", { title: "t", elements: [panel("a", "A", [{ title: "x" }])] }), "data.content.elements"],
    ]) {
      const { status, type, body } = await speaker.ask("message", {
        ContentType: interactive,
        Content: JSON.stringify(content),
      });
      assert.deepEqual([status, type], [400, "ValidationException"], JSON.stringify(content));
      assert.ok((body.message ?? body.Message).includes(where), `${JSON.stringify(body)} names ${where}`);
    }
    assert.equal(await customer.locator("section.offer").count(), 0);
  });
});
