import * as z from 'zod';

/** Characters of all blocks together; above, Slack was seen to refuse (slackapi/bolt-js issue 2509). */
const MOST_CHARACTERS = 13_000;

const plainText = (longest: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(longest),
    emoji: z.boolean().optional(),
  });
const markup = (longest: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(longest) });
const text = (longest: number) => z.union([plainText(longest), markup(longest)]);

const header = z.strictObject({ type: z.literal('header'), text: plainText(150) });
const section = z
  .strictObject({
    type: z.literal('section'),
    text: text(3_000).optional(),
    fields: z.array(text(2_000)).min(1).max(10).optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined);
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  url: z.url({ protocol: /^https?$/ }).max(3_000),
});
const actions = z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25) });

/** What an incoming webhook takes of Block Kit, as far as azfed uses it (docs.slack.dev, Block Kit, "Blocks"). */
export const slackMessage = z
  .strictObject({
    text: z.string().min(1),
    blocks: z
      .array(z.discriminatedUnion('type', [header, section, actions]))
      .min(1)
      .max(50),
  })
  .refine(({ blocks }) => JSON.stringify(blocks).length <= MOST_CHARACTERS);
