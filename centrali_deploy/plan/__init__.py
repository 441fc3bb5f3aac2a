"""The pure middle: desired, live and recorded state in, a plan out. It knows neither text nor network."""
