/** Creating a user, or editing one: identity, profiles, phone and proficiencies. */
import {
  AssociateUserProficienciesCommand,
  CreateUserCommand,
  DescribeUserCommand,
  DisassociateUserProficienciesCommand,
  ListUserProficienciesCommand,
  UpdateUserIdentityInfoCommand,
  UpdateUserPhoneConfigCommand,
  UpdateUserRoutingProfileCommand,
  UpdateUserSecurityProfilesCommand,
  type User,
  type UserProficiency,
} from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { everyPage } from "../../api";
import { useConsole } from "../../context";
import { useChanged, useRoutingProfiles, useSecurityProfiles } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { asChoices, isWhole, MultiField, SelectField, TextField } from "../../parts/fields";
import { RouteButton } from "../../parts/RouteLink";
import { changesHref } from "../changes/kinds";
import { ProficiencyEditor } from "./ProficiencyEditor";

interface Loadedness {
  user?: User;
  proficiencies: UserProficiency[];
}

export function UserPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["users", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async (): Promise<Loadedness> => {
      const [{ User: user }, proficiencies] = await Promise.all([
        client.send(new DescribeUserCommand({ InstanceId, UserId: id })),
        everyPage(
          (NextToken) => client.send(new ListUserProficienciesCommand({ InstanceId, UserId: id, NextToken })),
          (page) => page.UserProficiencyList,
        ),
      ]);
      return { user, proficiencies };
    },
  });
  if (id === undefined) return <UserForm loaded={{ proficiencies: [] }} />;
  return <Loaded query={query}>{(loaded) => <UserForm key={id} loaded={loaded} />}</Loaded>;
}

/** What makes a password good enough: 8 to 64 characters with a lower and an upper case letter and a digit. */
export function isGoodPassword(password: string): boolean {
  return /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,64}$/.test(password);
}

function UserForm({ loaded }: { loaded: Loadedness }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const routing = useRoutingProfiles();
  const security = useSecurityProfiles();
  const { user } = loaded;
  const [tried, setTried] = useState(false);
  const [form, setForm] = useState({
    username: user?.Username ?? "",
    firstName: user?.IdentityInfo?.FirstName ?? "",
    lastName: user?.IdentityInfo?.LastName ?? "",
    email: user?.IdentityInfo?.Email ?? "",
    password: "",
    routingProfile: user?.RoutingProfileId ?? "",
    securityProfiles: user?.SecurityProfileIds ?? ([] as string[]),
    autoAccept: user?.PhoneConfig?.AutoAccept ?? false,
    phoneType: String(user?.PhoneConfig?.PhoneType ?? "SOFT_PHONE"),
    deskNumber: user?.PhoneConfig?.DeskPhoneNumber ?? "",
    afterContactWork: String(user?.PhoneConfig?.AfterContactWorkTimeLimit ?? 0),
  });
  const [proficiencies, setProficiencies] = useState<UserProficiency[]>(loaded.proficiencies);
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change });

  const problems = {
    username: /^[a-zA-Z0-9_\-.@]{1,64}$/.test(form.username) ? undefined : t("users.badUsername"),
    firstName: form.firstName.trim() === "" ? t("form.required") : undefined,
    lastName: form.lastName.trim() === "" ? t("form.required") : undefined,
    email: form.email === "" || /^[^@\s]+@[^@\s]+$/.test(form.email) ? undefined : t("users.badEmail"),
    password: user || isGoodPassword(form.password) ? undefined : t("users.badPassword"),
    routingProfile: form.routingProfile === "" ? t("form.required") : undefined,
    securityProfiles: form.securityProfiles.length === 0 ? t("users.needsSecurityProfile") : undefined,
    deskNumber:
      form.phoneType === "DESK_PHONE" && !/^\+[1-9]\d{1,14}$/.test(form.deskNumber)
        ? t("form.badPhoneNumber")
        : undefined,
    afterContactWork: isWhole(form.afterContactWork, 0, 2_000_000)
      ? undefined
      : t("form.wholeNumber", { least: 0, most: 2_000_000 }),
    proficiencies: proficiencies.some((one) => !one.AttributeName || !one.AttributeValue)
      ? t("users.badProficiency")
      : undefined,
  };
  const shown: Partial<typeof problems> = tried ? problems : {};
  const editable = may(user ? "Users.Edit" : "Users.Create");

  const identity = () => ({
    FirstName: form.firstName.trim(),
    LastName: form.lastName.trim(),
    Email: form.email.trim() || undefined,
  });
  const phone = () => ({
    PhoneType: form.phoneType as "SOFT_PHONE" | "DESK_PHONE",
    AutoAccept: form.phoneType === "SOFT_PHONE" && form.autoAccept,
    AfterContactWorkTimeLimit: Number(form.afterContactWork),
    DeskPhoneNumber: form.phoneType === "DESK_PHONE" ? form.deskNumber : undefined,
  });

  async function save() {
    let UserId = user?.Id;
    if (!user) {
      const made = await client.send(
        new CreateUserCommand({
          InstanceId,
          Username: form.username,
          Password: form.password,
          IdentityInfo: identity(),
          PhoneConfig: phone(),
          RoutingProfileId: form.routingProfile,
          SecurityProfileIds: form.securityProfiles,
        }),
      );
      UserId = made.UserId;
    } else {
      const before = JSON.stringify(user.IdentityInfo ?? {});
      if (before !== JSON.stringify({ ...user.IdentityInfo, ...identity() })) {
        await client.send(
          new UpdateUserIdentityInfoCommand({
            InstanceId,
            UserId,
            IdentityInfo: { ...user.IdentityInfo, ...identity() },
          }),
        );
      }
      if (JSON.stringify(phone()) !== JSON.stringify({ ...phone(), ...user.PhoneConfig })) {
        await client.send(new UpdateUserPhoneConfigCommand({ InstanceId, UserId, PhoneConfig: phone() }));
      }
      if (form.routingProfile !== user.RoutingProfileId) {
        await client.send(
          new UpdateUserRoutingProfileCommand({ InstanceId, UserId, RoutingProfileId: form.routingProfile }),
        );
      }
      if (form.securityProfiles.join() !== (user.SecurityProfileIds ?? []).join()) {
        await client.send(
          new UpdateUserSecurityProfilesCommand({ InstanceId, UserId, SecurityProfileIds: form.securityProfiles }),
        );
      }
    }
    const { added, removed } = proficiencyChanges(loaded.proficiencies, proficiencies);
    if (removed.length > 0) {
      await client.send(new DisassociateUserProficienciesCommand({ InstanceId, UserId, UserProficiencies: removed }));
    }
    if (added.length > 0) {
      await client.send(new AssociateUserProficienciesCommand({ InstanceId, UserId, UserProficiencies: added }));
    }
    await changed("users");
  }

  return (
    <FormPage
      title={user ? (user.Username ?? "") : t("users.create")}
      backHref="/console/users"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name: form.username })}
      secondary={
        user &&
        may("HistoricalChanges.View") && (
          <RouteButton
            variant="link"
            href={changesHref({ kind: "user", resource: user.Id, name: user.Username })}
            testId="user-history"
          >
            {t("changes.view")}
          </RouteButton>
        )
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">{t("users.identity")}</Header>}>
          <SpaceBetween size="m">
            <TextField
              label={t("field.username")}
              hint={user ? undefined : t("users.usernameHint")}
              value={form.username}
              problem={shown.username}
              disabled={Boolean(user)}
              autoComplete="off"
              onChange={(username) => set({ username })}
              testId="user-username"
            />
            <TextField
              label={t("field.firstName")}
              value={form.firstName}
              problem={shown.firstName}
              onChange={(firstName) => set({ firstName })}
              testId="user-first-name"
            />
            <TextField
              label={t("field.lastName")}
              value={form.lastName}
              problem={shown.lastName}
              onChange={(lastName) => set({ lastName })}
              testId="user-last-name"
            />
            <TextField
              label={t("field.email")}
              type="email"
              value={form.email}
              problem={shown.email}
              onChange={(email) => set({ email })}
            />
            {!user && (
              <TextField
                label={t("field.password")}
                hint={t("users.passwordHint")}
                type="password"
                autoComplete="new-password"
                value={form.password}
                problem={shown.password}
                onChange={(password) => set({ password })}
                testId="user-password"
              />
            )}
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">{t("users.profiles")}</Header>}>
          <SpaceBetween size="m">
            <SelectField
              label={t("field.routingProfile")}
              value={form.routingProfile}
              problem={shown.routingProfile}
              loading={routing.isPending}
              choices={asChoices(routing.data?.map((one) => ({ ...one, Id: one.RoutingProfileId })))}
              onChange={(routingProfile) => set({ routingProfile })}
              testId="user-routing-profile"
            />
            <MultiField
              label={t("field.securityProfiles")}
              values={form.securityProfiles}
              problem={shown.securityProfiles}
              disabled={Boolean(user) && !may("Users.EditPermission", "Users.Edit")}
              loading={security.isPending}
              choices={asChoices(security.data?.map((one) => ({ ...one, Name: one.SecurityProfileName })))}
              onChange={(securityProfiles) => set({ securityProfiles })}
              testId="user-security-profiles"
            />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">{t("users.phone")}</Header>}>
          <SpaceBetween size="m">
            <SelectField
              label={t("users.phoneType")}
              value={form.phoneType}
              choices={[
                { value: "SOFT_PHONE", label: t("users.softPhone") },
                { value: "DESK_PHONE", label: t("users.deskPhone") },
              ]}
              onChange={(phoneType) => set({ phoneType })}
            />
            {form.phoneType === "DESK_PHONE" ? (
              <TextField
                label={t("field.phoneNumber")}
                hint={t("form.phoneHint")}
                type="text"
                inputMode="tel"
                value={form.deskNumber}
                problem={shown.deskNumber}
                onChange={(deskNumber) => set({ deskNumber })}
              />
            ) : (
              <Toggle checked={form.autoAccept} onChange={({ detail }) => set({ autoAccept: detail.checked })}>
                {t("users.autoAccept")}
              </Toggle>
            )}
            <TextField
              label={t("users.acw")}
              hint={t("users.acwHint")}
              inputMode="numeric"
              value={form.afterContactWork}
              problem={shown.afterContactWork}
              onChange={(afterContactWork) => set({ afterContactWork })}
            />
          </SpaceBetween>
        </Container>
        <ProficiencyEditor value={proficiencies} onChange={setProficiencies} problem={shown.proficiencies} />
      </SpaceBetween>
    </FormPage>
  );
}

/** What to add and what to take away so that `before` becomes `after`; a changed level is both. */
export function proficiencyChanges(before: UserProficiency[], after: UserProficiency[]) {
  const same = (a: UserProficiency, b: UserProficiency) =>
    a.AttributeName === b.AttributeName && a.AttributeValue === b.AttributeValue && a.Level === b.Level;
  return {
    added: after.filter((one) => !before.some((other) => same(one, other))),
    removed: before
      .filter((one) => !after.some((other) => same(one, other)))
      .map(({ AttributeName, AttributeValue }) => ({ AttributeName, AttributeValue })),
  };
}
