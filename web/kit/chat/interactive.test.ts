/** Interactive templates are read as published, and anything odd in them is harmless. */
import { expect, test } from "vitest";
import { answerText, carouselAnswer, readInteractive, readSlotDate } from "./interactive";

const wrap = (templateType: string, content: object, data: object = {}) =>
  JSON.stringify({ templateType, version: "1.0", data: { content, ...data } });

test("a list picker keeps titles, pictures and the reply", () => {
  const offer = readInteractive(
    wrap(
      "ListPicker",
      {
        title: "Fruit?",
        elements: [{ title: "Apple", subtitle: "$1", imageType: "URL", imageData: "https://x.test/a.jpg" }],
      },
      { replyMessage: { title: "Thanks" } },
    ),
  );
  expect(offer).toMatchObject({
    kind: "ListPicker",
    title: "Fruit?",
    options: [{ title: "Apple", subtitle: "$1", image: "https://x.test/a.jpg" }],
    reply: { title: "Thanks" },
  });
});

test.each(["javascript:alert(1)", "data:text/html,x", "not a url"])(
  "a picture address such as %s is dropped",
  (imageData) => {
    const offer = readInteractive(
      wrap("Panel", { title: "T", imageType: "URL", imageData, elements: [{ title: "A" }] }),
    );
    expect(offer?.image).toBeUndefined();
  },
);

test("over-long titles end in an ellipsis", () => {
  const offer = readInteractive(wrap("QuickReply", { title: "x".repeat(500), elements: [] }));
  expect(offer?.title).toHaveLength(400);
  expect(offer?.title.endsWith("…")).toBe(true);
});

test.each([
  ["2020-10-31T17:00+00:00", "2020-10-31T17:00:00.000Z"],
  ["2020-08-14T21.21+00.00", "2020-08-14T21:21:00.000Z"],
  ["2020-08-14T21:21+02:00", "2020-08-14T19:21:00.000Z"],
])("slot %s is read", (text, iso) => {
  expect(new Date(readSlotDate(text) ?? Number.NaN).toISOString()).toBe(iso);
});

test("a carousel answers with its card, everything else with plain text", () => {
  const card = wrap("Panel", { title: "California", elements: [{ title: "Book hotels" }] });
  const offer = readInteractive(
    wrap("Carousel", { title: "Places", elements: [{ ...JSON.parse(card), templateIdentifier: "template0" }] }),
  );
  if (offer?.kind !== "Carousel" || !offer.cards[0]) throw new Error("no carousel");
  const answer = carouselAnswer(offer.cards[0], "Book hotels");
  expect(JSON.parse(answer)).toEqual({
    templateIdentifier: "template0",
    listTitle: "California",
    selectionText: "Book hotels",
  });
  expect(answerText(answer)).toBe("California: Book hotels");
  expect(answerText("Apple")).toBe("Apple");
});

test.each(["", "null", "[]", "{", '{"templateType":"Unheard"}', '{"templateType":"ListPicker","data":{"content":{}}}'])(
  "content %s is no template",
  (content) => {
    expect(readInteractive(content)).toBeUndefined();
  },
);
