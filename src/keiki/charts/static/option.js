// What an option of keiki/charts cannot say in JSON: the words of its axes. The server and the browser both read this.

/** Gives every axis its written words: by place on an axis of names, by step on an axis of numbers. */
export function withWords(option) {
  for (const axis of [option.xAxis, option.yAxis].flat()) {
    const words = axis?.axisLabel?.words;
    if (!words) continue;
    axis.axisLabel.formatter =
      axis.type === "category"
        ? (_name, place) => words[place] ?? ""
        : (value) => words[Math.round((value - axis.min) / axis.interval)] ?? "";
  }
  return option;
}
