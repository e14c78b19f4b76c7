// SPDX-License-Identifier: Apache-2.0
import { Component, type ReactNode } from 'react';

interface Props {
  fallback: (problem: string) => ReactNode;
  children: ReactNode;
}

/** What cannot be drawn says so in its place and leaves the rest of the page alone. */
export class Guard extends Component<Props, { problem: string | null }> {
  override state = { problem: null };
  static getDerivedStateFromError = (error: unknown) => ({ problem: String(error) });
  override render() {
    return this.state.problem === null ? this.props.children : this.props.fallback(this.state.problem);
  }
}
