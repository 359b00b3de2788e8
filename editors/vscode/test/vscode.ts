// The parts of VS Code's API that the tested modules build values of.
export class Position {
  constructor(readonly line: number, readonly character: number) {}
}
