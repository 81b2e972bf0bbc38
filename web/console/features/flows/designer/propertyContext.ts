/** What the fields of the property panel need to know beside their own value. */
import { createContext, useContext } from "react";
import type { Choice } from "../../../parts/fields";
import type { Language } from "./language";

export interface PropertyContext {
  language: Language;
  /** Keys that the flow uses, by namespace. */
  used: Map<string, Set<string>>;
  /** What can be chosen, by kind of resource. */
  resources: Record<string, Choice[]>;
  disabled: boolean;
}

const Context = createContext<PropertyContext | undefined>(undefined);

export const PropertyContextProvider = Context.Provider;

export function usePropertyContext(): PropertyContext {
  const value = useContext(Context);
  if (!value) throw new Error("usePropertyContext needs a PropertyContextProvider above it");
  return value;
}
