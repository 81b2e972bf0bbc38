/** Creating or editing a security profile: its name and the permission matrix. */
import {
  CreateSecurityProfileCommand,
  DescribeSecurityProfileCommand,
  type SecurityProfile,
  UpdateSecurityProfileCommand,
} from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged, usePermissionsOf } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { TextAreaField, TextField } from "../../parts/fields";
import { type PermissionGroup, permissionGroups, rowsOf, toggle } from "./catalogue";

export function SecurityProfilePage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const profile = useQuery({
    queryKey: ["securityProfiles", id ?? "new"],
    enabled: id !== undefined,
    queryFn: async () =>
      (await client.send(new DescribeSecurityProfileCommand({ InstanceId, SecurityProfileId: id }))).SecurityProfile ??
      {},
  });
  const permissions = usePermissionsOf(id);
  if (id === undefined) return <SecurityProfileForm granted={[]} />;
  return (
    <Loaded query={profile}>
      {(found) => (
        <Loaded query={permissions}>
          {(granted) => <SecurityProfileForm key={id} profile={found} granted={granted} />}
        </Loaded>
      )}
    </Loaded>
  );
}

/** A readable name for a resource of the matrix: the words of its technical name. */
export function spacedName(name: string): string {
  return name.replace(/\./g, " – ").replace(/([a-z])([A-Z])/g, "$1 $2");
}

function SecurityProfileForm({ profile, granted }: { profile?: SecurityProfile; granted: string[] }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [name, setName] = useState(profile?.SecurityProfileName ?? "");
  const [description, setDescription] = useState(profile?.Description ?? "");
  const [permissions, setPermissions] = useState<ReadonlySet<string>>(new Set(granted));
  const [tried, setTried] = useState(false);
  const editable = may(profile ? "SecurityProfiles.Edit" : "SecurityProfiles.Create");
  const nameProblem = name.trim() === "" ? t("form.required") : undefined;

  async function save() {
    const Permissions = [...permissions];
    if (profile) {
      await client.send(
        new UpdateSecurityProfileCommand({
          InstanceId,
          SecurityProfileId: profile.Id,
          Description: description,
          Permissions,
        }),
      );
    } else {
      await client.send(
        new CreateSecurityProfileCommand({
          InstanceId,
          SecurityProfileName: name.trim(),
          Description: description,
          Permissions,
        }),
      );
    }
    await changed("securityProfiles");
  }

  return (
    <FormPage
      title={profile?.SecurityProfileName ?? t("securityProfiles.create")}
      backHref="/console/security-profiles"
      problems={[nameProblem]}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <SpaceBetween size="l">
        <Container>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={name}
              problem={tried ? nameProblem : undefined}
              disabled={Boolean(profile)}
              onChange={setName}
              testId="security-profile-name"
            />
            <TextAreaField
              label={t("field.description")}
              value={description}
              disabled={!editable}
              onChange={setDescription}
            />
          </SpaceBetween>
        </Container>
        <Container
          header={
            <Header variant="h2" description={t("securityProfiles.permissionsText")}>
              {t("securityProfiles.permissions")}
            </Header>
          }
        >
          <SpaceBetween size="m">
            {(Object.keys(permissionGroups) as PermissionGroup[]).map((group, index) => (
              <GroupMatrix
                key={group}
                group={group}
                open={index === 0}
                granted={permissions}
                disabled={!editable}
                onChange={(permission, on) => setPermissions(toggle(permissions, permission, on))}
              />
            ))}
          </SpaceBetween>
        </Container>
      </SpaceBetween>
    </FormPage>
  );
}

interface GroupMatrixProps {
  group: PermissionGroup;
  open: boolean;
  granted: ReadonlySet<string>;
  disabled: boolean;
  onChange: (permission: string, on: boolean) => void;
}

function GroupMatrix({ group, open, granted, disabled, onChange }: GroupMatrixProps) {
  const { t } = useI18n();
  const rows = rowsOf(group);
  const all = permissionGroups[group];
  const count = all.filter((name) => granted.has(name)).length;
  const actionName = (action: string) => {
    const key = `permission.${action}` as MessageKey;
    const text = t(key);
    return text === key ? spacedName(action) : text;
  };
  const resourceName = (resource: string) => {
    const key = `resource.${resource}` as MessageKey;
    const text = t(key);
    return text === key ? spacedName(resource) : text;
  };
  return (
    <ExpandableSection
      defaultExpanded={open}
      headerText={`${t(`permissionGroup.${group}`)} (${count}/${all.length})`}
      data-testid={`permission-group-${group}`}
    >
      <table className="matrix">
        <caption className="sr-only">{t(`permissionGroup.${group}`)}</caption>
        <tbody>
          {rows.map((row) => (
            <tr key={row.resource}>
              <th scope="row">
                <Box variant="span" fontWeight="bold">
                  {resourceName(row.resource)}
                </Box>
              </th>
              <td>
                <SpaceBetween size="m" direction="horizontal">
                  {row.permissions.map(({ action, name }) => (
                    <Checkbox
                      key={name}
                      checked={granted.has(name)}
                      disabled={disabled}
                      ariaLabel={`${resourceName(row.resource)}: ${actionName(action)}`}
                      onChange={({ detail }) => onChange(name, detail.checked)}
                      data-testid={`permission-${name}`}
                    >
                      {actionName(action)}
                    </Checkbox>
                  ))}
                </SpaceBetween>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ExpandableSection>
  );
}
