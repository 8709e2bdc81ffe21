// Undo and redo: each step is the list of operations that takes an action back.

const COALESCE_MS = 1500 // typing with shorter pauses is one step
const MAX_STEPS = 500 // more than anybody goes back; keeps memory bounded

export class History {
  constructor() {
    this.clear()
  }

  clear() {
    this.undoable = []
    this.redoable = []
  }

  /** Remember the inverses of an action; actions of one `group` in quick succession are one. */
  push(inverses, { group = null, focus = null } = {}) {
    const last = this.undoable.at(-1)
    const now = Date.now()
    this.redoable = []
    if (group && last?.group === group && now - last.at < COALESCE_MS) {
      last.at = now
      return
    }
    this.undoable.push({ inverses, group, focus, at: now })
    if (this.undoable.length > MAX_STEPS) this.undoable.shift()
  }

  /** Take a step from one stack; `run` applies its operations and returns their inverses. */
  step(isRedo, focus, run) {
    const [from, to] = isRedo ? [this.redoable, this.undoable] : [this.undoable, this.redoable]
    const step = from.pop()
    if (!step) return null
    to.push({ inverses: run(step.inverses), group: null, focus, at: 0 })
    return step
  }
}
