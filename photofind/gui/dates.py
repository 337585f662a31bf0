"""Months and moments in the words of the person's language."""

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTimeZone


def month_title(month: int) -> str:
    """A month (yyyymm) as a heading: "March 2024"."""
    year, number = divmod(month, 100)
    #: A month's heading.
    pattern = QCoreApplication.translate("dates", "{month} {year}")
    name = QLocale().standaloneMonthName(number) if 1 <= number <= 12 else str(number)
    return pattern.format(month=name, year=year)


def moment_title(seconds: int) -> str:
    """A local wall time, counted in seconds as if it were UTC, as date and time."""
    moment = QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc())
    locale = QLocale()
    date = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    time = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    #: a date and a time of the day.
    return QCoreApplication.translate("dates", "{date}, {time}").format(date=date, time=time)


def day_title(seconds: int) -> str:
    """The local day of a moment in seconds since the epoch."""
    day: QDate = QDateTime.fromSecsSinceEpoch(seconds).date()
    return QLocale().toString(day, QLocale.FormatType.LongFormat)


def number_title(number: int) -> str:
    """A number with the locale's separators."""
    return QLocale().toString(number)
