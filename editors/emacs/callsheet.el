;;; callsheet.el --- See what a workflow script will cost, and run it  -*- lexical-binding: t -*-

;; Eglot runs one server for a mode, so workflow scripts get a mode of their own; other JavaScript keeps its server.
;; Load this file from your init file:  (load "/path/to/callsheet.el")

(require 'eglot)

(define-derived-mode callsheet-workflow-mode js-mode "Workflow"
  "JavaScript that calls agents.")

(add-to-list 'auto-mode-alist '("/\\.claude/workflows/[^/]+\\.js\\'" . callsheet-workflow-mode))
(add-to-list 'auto-mode-alist '("\\.workflow\\.js\\'" . callsheet-workflow-mode))
(add-to-list 'eglot-server-programs
             '((callsheet-workflow-mode :language-id "javascript") . ("callsheet" "lsp")))
(add-hook 'callsheet-workflow-mode-hook #'eglot-ensure)

(provide 'callsheet)
;;; callsheet.el ends here
