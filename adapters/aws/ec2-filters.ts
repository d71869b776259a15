/** EC2's limit of values in one filter. */
export const FILTER_VALUES = 200;
