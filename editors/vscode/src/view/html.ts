/** The panel's page: one script and one style, nothing from anywhere else. Styles set by the script itself need no permission. */
export function html(script: string, style: string, source: string, nonce: string): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Run view</title>
</head>
<body>
<div id="callsheet"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
