import type { Scores } from '../../domain/scoring/severity.ts';
import type { Sheet } from '../../domain/scoring/sheet.ts';
import type { ListState } from '../view/list.ts';
import type { TextField } from '../view/text-field.ts';

export type FormField = {
  id: string;
  label: string;
  value: string;
  /** What it is for, shown while the field is chosen. */
  help: string;
  /** Shown in place of a value while there is none: what will be said instead. */
  proposal?: string;
  /** Only these values; ←/→ change them. */
  options?: readonly string[];
  multiline?: boolean;
  required?: boolean;
  /** Enter opens something instead of a text field: a picker, a calculator. */
  open?: () => void;
  /** `a` adds to the field from what is known. */
  add?: () => void;
};

export type PickRow = { id: string; label: string; note?: string };

/**
 * What lies over a screen. The top overlay sees every key first. Docked ones (`field`) leave the screen readable above
 * them; the others replace the panes, because a floating box shows the text beneath through its blanks.
 */
export type Overlay =
  | { kind: 'help'; query: string; list: ListState }
  | { kind: 'palette'; query: TextField; list: ListState }
  | {
      kind: 'field';
      title: string;
      help: string;
      field: TextField;
      /** Sentences that Tab puts in the field's place, the next with each press; they are changed like any text. */
      offers?: readonly string[];
      /** Which of them stands there, and what had been typed before. */
      offered?: { at: number; typed: string };
      /** What is wrong with the text so far, shown in place of the help; null when nothing is. */
      problem?: (text: string) => string | null;
      /** Called at every change, e.g. for live filtering or keeping a draft. */
      change?: (text: string) => void;
      /** False when it was not taken: then the field stays, and nothing typed is lost. */
      submit: (text: string) => boolean;
      /** False as well when what was typed must not be let go. */
      cancel?: (text: string) => boolean;
    }
  | {
      kind: 'choose';
      title: string;
      items: readonly { label: string; value: string }[];
      list: ListState;
      choose: (value: string) => void;
    }
  | {
      kind: 'form';
      title: string;
      fields: readonly FormField[];
      list: ListState;
      editing: TextField | null;
      problem: string;
      /**
       * `submits`: Enter in a field sends the form (one field matters, the rest is optional). `next`: Enter goes on to the
       * next field, the last one sends. `keeps`: each field is saved as it is left, and `e` hands over to the editor.
       */
      enter: 'submits' | 'next' | 'keeps';
      /** Saves one field; returns what is wrong with it, or null. Only with `keeps`. */
      change?: (id: string, value: string) => string | null;
      submit: (values: Record<string, string>) => void;
    }
  | {
      kind: 'pick';
      title: string;
      query: TextField;
      list: ListState;
      /** The rows that match what was typed, best first. */
      rows: (query: string) => readonly PickRow[];
      /** Shown when nothing matches. */
      empty: string;
      /** Whether more than one may be marked. */
      several: boolean;
      chosen: readonly string[];
      choose: (ids: readonly string[]) => void;
    }
  | {
      kind: 'score';
      title: string;
      sheet: Sheet;
      /** The scores of the finding as they are recorded. */
      scores: Scores;
      choice: Record<string, string>;
      list: ListState;
      /** Whether the refining metrics are asked as well. */
      all: boolean;
      problem: string;
      /** Records and closes; returns what is wrong, or null. */
      save: (scores: Scores) => string | null;
    }
  /** `top`: lines of the detail scrolled past, where it is longer than the window. */
  | { kind: 'confirm'; question: string; detail: string; top?: number; yes: () => void }
  | { kind: 'message'; title: string; text: string /** Lines scrolled past. */; top?: number };
