"""The pages of reports and the e-mails they become, one file per subject."""
