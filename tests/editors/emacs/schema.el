;;; schema.el --- A field is renamed in Emacs: eglot shows the finding and applies a fix.  -*- lexical-binding: t -*-
;; emacs -q --batch -l schema.el FOLDER, with `refract' on PATH.

(package-initialize) ; eglot is a package of its own before Emacs 29
(require 'eglot)
(require 'flymake)

;; What docs/editors.md tells people to write.
(define-derived-mode prisma-mode prog-mode "Prisma")
(add-to-list 'auto-mode-alist '("\\.prisma\\'" . prisma-mode))
(add-to-list 'eglot-server-programs '(prisma-mode . ("refract" "server")))

(setq eglot-sync-connect 20 eglot-autoshutdown t eglot-confirm-server-initiated-edits nil eglot-confirm-server-edits nil flymake-no-changes-timeout 0.1)

(defun wait-for (what holds)
  "Wait until the function HOLDS gives something, and return that; fail with WHAT after 20 seconds."
  (let ((end (+ (float-time) 20)) found)
    (while (and (not (setq found (ignore-errors (funcall holds)))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or found (error "Waited in vain for %s; the buffer: %s" what (buffer-string)))))

(defun finding (text)
  "The diagnostic whose words hold TEXT."
  (flymake-start)
  (seq-find (lambda (d) (string-match-p (regexp-quote text) (flymake-diagnostic-text d))) (flymake-diagnostics)))

(find-file (expand-file-name "prisma/schema.prisma" (pop command-line-args-left)))
(let ((inhibit-message t)) (apply #'eglot (eglot--guess-contact)))
(flymake-mode 1)
(goto-char (point-min))
(search-forward "name  String")
(replace-match "title String")
(save-buffer) ; in batch mode nobody is ever idle, which is when eglot sends what was typed

(defun choose (words place)
  "Choose the code action that begins with WORDS at PLACE, as a person does."
  (cl-letf ((last-nonmenu-event ?a) ; a key, not the mouse: so it asks in the minibuffer
            ((symbol-function 'completing-read)
             (lambda (_ choices &rest _) (car (all-completions words choices)))))
    (eglot-code-actions place place nil t)))

(let ((found (wait-for "the finding" (lambda () (finding "Renaming `name` to `title`")))))
  (unless (string= (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found)) "title")
    (error "The squiggle is in the wrong place"))
  (choose "Keep" (flymake-diagnostic-beg found)))
(save-buffer)
(wait-for "@map" (lambda () (string-match-p (regexp-quote "@map(\"name\")") (buffer-string))))
(wait-for "no finding" (lambda () (not (finding "Renaming"))))

;; eglot 1.9 makes no new files: the server writes those of the first step, eglot edits the schema.
(goto-char (point-min))
(search-forward "@map(\"name\")")
(replace-match "")
(save-buffer)
(wait-for "the finding again" (lambda () (finding "Renaming `name` to `title`")))
(choose "Rename in" (line-beginning-position))
(wait-for "the schema of the first step" (lambda () (string-match-p "title +String\\?" (buffer-string))))
(let ((folder (file-name-directory buffer-file-name)))
  (wait-for "the plan" (lambda () (directory-files (expand-file-name "plans" folder) nil "rename_field.*toml")))
  (wait-for "the migration"
            (lambda () (file-expand-wildcards (expand-file-name "migrations/*_add_title_to_users/migration.sql" folder)))))
(save-buffer)
(princ "passed\n")
(eglot-shutdown (eglot-current-server))
