/** Loads slowly. */
await new Promise((resolve) => setTimeout(resolve, 300));

export default function waitsAtTopLevel(): void {}
