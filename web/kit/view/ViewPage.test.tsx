/** What people see of views and what comes of what they do. */
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import { WithTexts } from "../../tests/i18n";
import type { JsonObject } from "./template";
import { ViewPage } from "./ViewPage";

function show(body: unknown[], data: JsonObject = {}, open = true) {
  const answer = vi.fn();
  const content = { Template: JSON.stringify({ Head: { Title: "T" }, Body: body }), Actions: [] };
  render(
    <WithTexts>
      <ViewPage content={content} data={data} onAnswer={open ? answer : undefined} />
    </WithTexts>,
  );
  return answer;
}

const page = (Type: string, names: string[]) => [
  { _id: "p", Type, Props: Object.fromEntries(names.map((name) => [name, `$.${name}`])), Content: [] },
];
const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));

test("detail: sections are shown, an action answers with its label, and there is a way back", async () => {
  const answer = show(page("DetailView", ["Heading", "Description", "Sections", "Actions", "Back", "AttributeBar"]), {
    Heading: "Order",
    Description: "What we know",
    Sections: [
      { TemplateString: "<p>It is <b>late</b>.</p>" },
      "plain\ntext",
      { Items: [{ Label: "Price", Value: "9" }] },
    ],
    Actions: ["Refund", "Repair"],
    Back: { Label: "Home" },
    AttributeBar: [{ Label: "Queue", Value: "Basic", Copyable: true }],
  });
  expect(screen.getByRole("heading", { name: "Order" })).toBeTruthy();
  expect(screen.getByText("late").tagName).toBe("B");
  expect(screen.getByText("Price").nextElementSibling?.textContent).toBe("9");
  expect(screen.getByRole("button", { name: "Copy Queue" })).toBeTruthy();
  await press("Repair");
  await press("Home");
  expect(answer.mock.calls).toEqual([
    ["ActionSelected", { actionName: "Repair" }],
    ["Back", { Label: "Home" }],
  ]);
});

test("list: an item with an id is a choice, one without is not", async () => {
  const answer = show(page("ListView", ["Items"]), {
    Items: [
      { Heading: "First name", Description: "Ada" },
      { Heading: "Block a card", Id: "block", Icon: "Wallet Closed" },
    ],
  });
  expect(screen.getAllByRole("button")).toHaveLength(1);
  await press(/Block a card/);
  expect(answer).toHaveBeenCalledWith("ActionSelected", { actionName: "block" });
});

test("form: what is required must be filled in, everything comes back by its name", async () => {
  const answer = show(page("FormView", ["Sections", "Next", "Cancel", "Wizard", "Edit", "Previous", "ErrorText"]), {
    Wizard: [{ Heading: "Reason" }, { Heading: "Payment", Selected: true }, { Heading: "Review", Optional: true }],
    ErrorText: { Header: "Not yet.", Content: "Try again." },
    Next: { Label: "Continue", Details: { stage: "Prod" } },
    Cancel: "Stop",
    Previous: "Before",
    Edit: "Change",
    Sections: [
      { Type: "DataSection", Heading: "Item", IsEditable: true, Items: [{ Label: "Product", Value: "Book" }] },
      {
        Type: "FormSection",
        Heading: "Details",
        Items: [
          {
            LayoutConfiguration: {
              Grid: [{ colspan: { default: "12", xs: "6" } }, { colspan: { default: "12", xs: "6" } }],
            },
            Items: [
              { Type: "FormInput", Label: "Name", Name: "name", Required: true, InputType: "text" },
              { Type: "DatePicker", Label: "When", Name: "when", DefaultValue: "2026-01-02" },
            ],
          },
          {
            Type: "RadioGroup",
            Label: "Why",
            Name: "why",
            Required: "true",
            Options: [
              { Label: "Broken", Value: "b" },
              { Label: "Lost", Value: "l" },
            ],
          },
          {
            Type: "CheckboxGroup",
            Label: "Extras",
            Name: "extras",
            Options: [
              { Label: "One", Value: "1" },
              { Label: "Two", Value: "2" },
            ],
          },
          { Type: "Dropdown", Label: "Size", Name: "size", Options: ["S", "M"] },
          { Type: "Toggle", Label: "Gift", Name: "gift" },
          { Type: "TextArea", Label: "Note", Name: "note" },
        ],
      },
    ],
  });
  expect(screen.getByText("Not yet. Try again.")).toBeTruthy();
  await press("Continue");
  expect(answer).not.toHaveBeenCalled();
  expect(screen.getAllByText("Please fill this in.")).toHaveLength(2);
  expect(document.activeElement).toBe(screen.getByLabelText(/Name/));
  await userEvent.keyboard("Ada");
  await userEvent.click(screen.getByRole("radio", { name: "Lost" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Two" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "One" }));
  await userEvent.selectOptions(screen.getByLabelText("Size"), "M");
  await userEvent.click(screen.getByRole("switch", { name: "Gift" }));
  await userEvent.type(screen.getByLabelText("Note"), "soon");
  await press("Continue");
  const FormData = {
    name: "Ada",
    when: "2026-01-02",
    why: "l",
    extras: ["1", "2"],
    size: "M",
    gift: true,
    note: "soon",
  };
  expect(answer).toHaveBeenLastCalledWith("Next", { FormData, StepName: "Payment", Details: { stage: "Prod" } });
  await press("Reason");
  expect(answer).toHaveBeenLastCalledWith("Step", { FormData, StepName: "Reason" });
  await press("Change");
  expect(answer).toHaveBeenLastCalledWith("Edit", { FormData, StepName: "Payment" });
  await press("Stop");
  expect(answer.mock.lastCall?.[0]).toBe("Cancel");
  await press("Before");
  expect(answer.mock.lastCall?.[0]).toBe("Previous");
});

test("form: without a next step it is submitted, by the keyboard, too", async () => {
  const answer = show(page("FormView", ["Sections"]), {
    Sections: [{ Type: "FormSection", Items: [{ Type: "FormInput", Label: "Code", Name: "code" }] }],
  });
  await userEvent.type(screen.getByLabelText("Code"), "42{Enter}");
  expect(answer).toHaveBeenCalledWith("Submit", { FormData: { code: "42" }, StepName: "" });
});

test("confirmation: the button goes on", async () => {
  const answer = show(page("ConfirmationView", ["Next", "Heading", "Graphic"]), {
    Heading: "Done",
    Graphic: { Include: "true" },
    Next: { Label: "Go home" },
  });
  await press("Go home");
  expect(answer).toHaveBeenCalledWith("Next", { Label: "Go home" });
});

test("cards: a card opens into its details, one without details is chosen, and none may fit", async () => {
  const answer = show(page("CardsView", ["Cards", "NoMatchFound"]), {
    Cards: [
      { Summary: { Id: "c0", Heading: "Cancel", Status: "new" } },
      {
        Summary: { Id: "c1", Heading: "Address" },
        Detail: { Heading: "New address", Sections: [{ TemplateString: "Ask." }], Actions: ["Change it"] },
      },
    ],
    NoMatchFound: { Label: "Something else" },
  });
  await press(/Address/);
  expect(answer).not.toHaveBeenCalled();
  expect(screen.getByText("Ask.")).toBeTruthy();
  await press("Change it");
  await press("All topics");
  await press(/Cancel/);
  await press("Something else");
  expect(answer.mock.calls).toEqual([
    ["ActionSelected", { actionName: "Change it" }],
    ["ActionSelected", { actionName: "c0" }],
    ["NoMatchFound", { Label: "Something else" }],
  ]);
});

test("templates of one's own: cards, buttons, links and forms answer as published", async () => {
  const answer = show([
    { _id: "c", Type: "Card", Props: { Id: "card-1", Heading: "Take it", Action: "Taken" } },
    { _id: "b", Type: "Button", Props: { Action: "Skipped" }, Content: ["Skip"] },
    { _id: "h", Type: "Button", Props: { Action: "Skipped", Hidden: "True" }, Content: ["Unseen"] },
    { _id: "l", Type: "Link", Props: { Url: "javascript:alert(1)", Action: "Followed" }, Content: ["Follow"] },
    {
      _id: "f",
      Type: "Form",
      Props: {},
      Content: [
        { _id: "i", Type: "FormInput", Props: { Label: "Mail", Name: "mail", Required: true } },
        { _id: "s", Type: "SubmitButton", Props: { Action: "Sent" }, Content: ["Send"] },
      ],
    },
    { _id: "x", Type: "Marquee" },
  ]);
  expect(screen.queryByText("Unseen")).toBeNull();
  expect(screen.queryByRole("link")).toBeNull();
  expect(screen.getByText(/“Marquee” cannot be shown/)).toBeTruthy();
  await press(/Take it/);
  await press("Skip");
  await press("Send");
  expect(screen.getByText("Please fill this in.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText(/Mail/), "a@b.example");
  await press("Send");
  expect(answer.mock.calls).toEqual([
    ["Taken", { Heading: "Take it", Id: "card-1" }],
    ["Skipped", { action: "Button" }],
    ["Sent", { mail: "a@b.example" }],
  ]);
});

test("a hostile template runs nothing", async () => {
  const evil = `<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>`;
  show(
    [
      { _id: evil, Type: "TextContent", Content: [evil] },
      { _id: "b", Type: "Button", Props: { Action: evil, Label: evil } },
      { _id: "i", Type: "Image", Props: { Source: "javascript:window.ran = 1", Alt: evil } },
      ...page("DetailView", ["Heading", "Sections"]),
    ],
    { Heading: evil, Sections: [{ TemplateString: evil }, evil] },
  );
  const view = screen.getByTestId("view");
  expect(view.querySelector("script, img")).toBeNull();
  expect(within(view).getAllByText(/onerror/).length).toBeGreaterThan(0);
  expect((window as { ran?: number }).ran).toBeUndefined();
});

test("a view that can no longer be answered has nothing to press", () => {
  show([{ _id: "b", Type: "Button", Props: { Action: "Go" }, Content: ["Go"] }], {}, false);
  expect((screen.getByRole("button", { name: "Go" }) as HTMLButtonElement).disabled).toBe(true);
});

test("a template that cannot be read says so", () => {
  render(
    <WithTexts>
      <ViewPage content={{ Template: "[]" }} data={{}} />
    </WithTexts>,
  );
  expect(screen.getByText(/This page cannot be shown/)).toBeTruthy();
});

test("pages can be used with a screen reader", async () => {
  const fields = [
    "FormInput",
    "TextArea",
    "Dropdown",
    "DatePicker",
    "TimePicker",
    "RadioGroup",
    "CheckboxGroup",
    "Toggle",
  ];
  const items = fields.map((Type) => ({
    Type,
    Label: Type,
    Name: Type,
    Required: true,
    Options: ["a", "b"],
    HelperText: "h",
  }));
  show(
    [
      ...page("FormView", ["Heading", "Sections", "Wizard", "AttributeBar"]),
      { ...page("CardsView", ["Cards", "Heading"])[0], _id: "q" },
      { _id: "i", Type: "Image", Props: { Source: "https://shop.example/a.png", Alt: "A basket" } },
      { _id: "e", Type: "ExpandableSection", Props: { Heading: "More" }, Content: [{ _id: "x", Type: "Divider" }] },
    ],
    {
      Heading: "Refund",
      Sections: [{ Type: "FormSection", Heading: "Details", Items: items }],
      Wizard: [{ Heading: "One", Selected: true }, { Heading: "Two" }],
      AttributeBar: [{ Label: "Queue", Value: "Basic", Copyable: true }],
      Cards: [{ Summary: { Heading: "Card", Id: "c" } }],
    },
  );
  await press("Submit");
  const { violations } = await axe.run(screen.getByTestId("view"));
  expect(violations.map((one) => [one.id, one.nodes.map((node) => node.html)])).toEqual([]);
});
