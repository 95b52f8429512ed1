// What a person has filled in: {block_id: {action_id: value}}, as /control/submit takes it.

export class Form {
  constructor() {
    this.values = {};
  }

  get(block, action) {
    return this.values[block]?.[action];
  }

  set(block, action, value) {
    if (!block || !action) return;
    (this.values[block] ??= {})[action] = value;
  }

  /** Sets what the app wrote as the initial value, once, and returns what stands now. */
  begin(block, action, initial) {
    if (this.values[block]?.[action] === undefined) this.set(block, action, initial ?? null);
    const standing = this.get(block, action);
    return standing === undefined ? (initial ?? null) : standing;
  }

  /** Forgets the fields of blocks that the view no longer has. */
  keep(blocks) {
    const known = new Set(blocks.map((block) => block.block_id));
    for (const id of Object.keys(this.values)) if (!known.has(id)) delete this.values[id];
  }
}
