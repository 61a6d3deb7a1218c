"""Being told of new reports: by e-mail and on the start page, without a figure in either."""
