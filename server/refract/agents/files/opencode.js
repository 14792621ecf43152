// Passes commands and edits on to `refract hook`, and stops those that it blocks. Without Refract, all are let through.
import { spawnSync } from "node:child_process"

function judge(event, directory) {
  const done = spawnSync("refract", ["hook", "--harness", "opencode"], {
    cwd: directory,
    encoding: "utf8",
    input: JSON.stringify({ cwd: directory, ...event }),
    timeout: 20000,
  })
  try {
    return JSON.parse(done.stdout) ?? {} // null without an output: Refract could not be started
  } catch {
    return {}
  }
}

export const Refract = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    const answer = judge({ event: "tool.execute.before", tool: input.tool, args: output.args }, directory)
    if (answer.block) throw new Error(answer.message)
  },
  "tool.execute.after": async (input, output) => {
    const answer = judge({ event: "tool.execute.after", tool: input.tool, args: input.args ?? {} }, directory)
    if (answer.message) output.output += `\n\n${answer.message}`
  },
})
