// The smallest Ink program there is, loaded as anyone would: what the workbench's start is measured against.
import { Box, render, Text } from 'ink';
import { createElement } from 'react';

render(createElement(Box, null, createElement(Text, null, 'Hello, world')), {
  alternateScreen: true,
  interactive: true,
});
process.stdin.resume();
