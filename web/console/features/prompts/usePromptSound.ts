/** The address under which this page hears a prompt. */
import { GetPromptFileCommand } from "@aws-sdk/client-connect";
import { useCallback } from "react";
import { useConsole } from "../../context";
import { ownAddress } from "./server";

export function usePromptSound(): (id: string | undefined) => Promise<string> {
  const { client, InstanceId } = useConsole();
  return useCallback(
    async (PromptId) => {
      const { PromptPresignedUrl = "" } = await client.send(new GetPromptFileCommand({ InstanceId, PromptId }));
      return ownAddress(PromptPresignedUrl);
    },
    [client, InstanceId],
  );
}
