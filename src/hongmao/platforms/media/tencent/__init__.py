"""腾讯广告: the ad platform of 微信, QQ and their sisters."""
