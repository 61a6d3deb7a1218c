"""Tables of figures for analysts: chosen measures, cut and filtered, over many periods."""
