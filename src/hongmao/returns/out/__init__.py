"""Returns out (回传外发): what is sent on to a media, before its deadline, once in effect, with every end explained."""
