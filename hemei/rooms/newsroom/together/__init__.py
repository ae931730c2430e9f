"""Working together on one story: notes, who is here, versions side by side, merging, templates, what was spiked."""
