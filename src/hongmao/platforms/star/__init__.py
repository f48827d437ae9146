"""小红星: how many of a note's readers were seen in a Taobao shop, by task, sampled, two days late. No link, no order, no GMV."""
