/** What tools tell whoever reads their results to do. It is no fact about the target, and never published. */
const TO_DO =
  /^(?:please )?(?:look|see (?:if|whether|that|how|what|who)|check|verify|review|confirm|inspect|investigate|prove|weigh|double-check|make sure that you (?:look|check))\b/i;

const SENTENCE = /(?<=[.!?])[ \t]+(?=[A-Z])/;

/** Takes the sentences that ask the reader to look for something out of what a tool says. */
export const adviceApart = (detail: string): { said: string; advice: string } => {
  const advice: string[] = [];
  const said = detail
    .split('\n')
    .map((line) =>
      line
        .split(SENTENCE)
        .filter((s) => {
          const asks = TO_DO.test(s.trim());
          if (asks) advice.push(s.trim());
          return !asks;
        })
        .join(' '),
    )
    .join('\n')
    .trim();
  return { said, advice: advice.join(' ') };
};
