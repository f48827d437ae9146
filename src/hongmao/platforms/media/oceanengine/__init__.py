"""巨量引擎 (Ocean Engine): the ad platform of 抖音 and its sisters."""
