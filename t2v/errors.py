"""Base classes of the errors for users."""


class T2VError(Exception):
    """An error that a user can put right: its text is a sentence that may be shown as it is."""


class RequestError(T2VError, ValueError):
    """A setting can't be used. `field` names it; `message` says what would be right."""

    def __init__(self, field: str, message: str):
        super().__init__(field, message)  # both, so that the error survives pickling between processes
        self.field, self.message = field, message

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class UsageError(T2VError, ValueError):
    """A command line or a variable asks for something that can't be done; the text says what can."""


class NotFiniteError(T2VError, RuntimeError):
    """A network gave NaN or infinity: its weights are broken, or the precision is too small for them."""

    @classmethod
    def of_unet(cls, precision: str) -> "NotFiniteError":
        """Build the error of a UNet; it ends with the cause, or what to try."""
        said = f"The UNet's numbers are not finite in {precision}"
        if precision == "float32":
            return cls(f"{said}: its weights are broken, or they don't fit scheduler_config.json.")
        return cls(f"{said}; try dtype float32.")
