// What JavaScript adds; every page works without it.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";

import { keepDrafts } from "./app/draft.mjs";
import { focusFirst } from "./app/focus.mjs";
import { foldWhenNarrow } from "./app/fold.mjs";
import { offerNow } from "./app/now.mjs";
import { usePasskeys } from "./app/passkey.mjs";
import { watchProgress } from "./app/progress.mjs";
import { renewFigures } from "./app/renew.mjs";
import { revealWhen } from "./app/reveal.mjs";
import { watchScrolling } from "./app/scroll.mjs";
import { warnOfEnd } from "./app/session-end.mjs";
import { selectAll } from "./app/select-all.mjs";
import { refuseLargeFiles } from "./app/upload.mjs";
import { completeRemotely, completeSelects } from "./app/autocomplete.mjs";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
[
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
].forEach((component) => createAll(component));
completeSelects();
completeRemotely();
revealWhen();
offerNow();
foldWhenNarrow();
selectAll();
keepDrafts();
watchScrolling();
watchProgress();
renewFigures();
refuseLargeFiles();
warnOfEnd();
usePasskeys();
focusFirst();
