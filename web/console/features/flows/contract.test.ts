/** Contracts go through the lists and come back; what the lists cannot say is left to JSON. */
import { expect, test } from "vitest";
import { type Contract, isGoodContract, namesProblem, printContract, readContract } from "./contract";
import { moduleIn } from "./exchange";

const contract: Contract = {
  input: [
    { name: "customer", type: "string", required: true },
    { name: "count", type: "number", required: false },
  ],
  output: [{ name: "fact", type: "string", required: false }],
  branches: [
    { name: "Found", description: "There is one." },
    { name: "None", description: "" },
  ],
};

test("a contract is printed as it is kept, and read again", () => {
  expect(JSON.parse(printContract(contract))).toEqual({
    input: {
      schema: {
        type: "object",
        properties: { customer: { type: "string" }, count: { type: "number" } },
        required: ["customer"],
      },
    },
    resultData: { schema: { type: "object", properties: { fact: { type: "string" } } } },
    transitions: { results: [{ name: "Found", description: "There is one." }, { name: "None" }] },
  });
  expect(readContract(printContract(contract))).toEqual(contract);
});

test.each(["", "{}", '{"input":{"schema":{"type":"object"}},"transitions":{"results":[]}}'])(
  "no contract in %j",
  (settings) => {
    expect(readContract(settings)).toEqual({ input: [], output: [], branches: [] });
  },
);

test.each([
  "[",
  "[]",
  '{"input":{"schema":{"type":"object","properties":{"a":{"type":"string","maxLength":3}}}}}',
  '{"more":{"x":1}}',
])("%j says more than the lists can", (settings) => {
  expect(readContract(settings)).toBeUndefined();
});

test("names are there and stand once", () => {
  expect(namesProblem(["a", " a", ""], 0)).toBe("taken");
  expect(namesProblem(["a", " a", ""], 2)).toBe("empty");
  expect(namesProblem(["a", "b"], 1)).toBeUndefined();
  expect(isGoodContract(contract)).toBe(true);
  expect(isGoodContract({ ...contract, branches: [{ name: " ", description: "" }] })).toBe(false);
});

test("a file tells whether it holds a module, and brings the contract along", () => {
  expect(moduleIn('{"Actions":[]}').module).toBe(false);
  expect(moduleIn('{"Actions":[],"Settings":{}}')).toMatchObject({ module: true });
  const read = moduleIn('{"Actions":[],"Metadata":{"moduleContract":"{}","other":1}}');
  expect(read).toMatchObject({ module: true, settings: "{}" });
  expect(JSON.parse(read.Content).Metadata).toEqual({ other: 1 });
});
