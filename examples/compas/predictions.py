#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a predictions file from ProPublica's compas-scores-two-years.csv, which you bring (README.md).

    python3 predictions.py compas-scores-two-years.csv compas.csv [--cohort all|propublica]

all: the 7,214 rows as published. propublica: the 6,172 of ProPublica's own analysis: charged within 30 days of
the arrest, with a known outcome, no ordinary traffic offence, with a score. The label is "reoffended within two
years" (1) or not (0); the score is the COMPAS decile / 10, so that 0.5 is medium risk and 0.8 high risk.
"""

import argparse
import csv
import gzip


def rows_of(path):
    """Dictionaries by column; of columns that stand twice in the file the first counts."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        for row in reader:
            yield dict(reversed(list(zip(header, row))))


def in_propublicas_cohort(row):
    days = row["days_b_screening_arrest"]
    return (
        days != ""
        and abs(int(days)) <= 30
        and row["is_recid"] != "-1"
        and row["c_charge_degree"] != "O"
        and row["score_text"] != "N/A"
    )


def priors(count):
    return "none" if count == 0 else "1 to 3" if count <= 3 else "more than 3"


def main():
    parser = argparse.ArgumentParser(description="COMPAS as a predictions file of Cupel")
    parser.add_argument("source", help="compas-scores-two-years.csv, or the same gzipped")
    parser.add_argument("predictions", help="the file to write")
    parser.add_argument("--cohort", choices=["all", "propublica"], default="all")
    arguments = parser.parse_args()
    columns = ["index", "label", "score", "group_race", "group_sex", "group_age", "group_priors", "group_charge"]
    with open(arguments.predictions, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for index, row in enumerate(rows_of(arguments.source)):
            if arguments.cohort == "propublica" and not in_propublicas_cohort(row):
                continue
            writer.writerow(
                [
                    index,
                    row["two_year_recid"],
                    int(row["decile_score"]) / 10,
                    row["race"],
                    row["sex"],
                    row["age_cat"],
                    priors(int(row["priors_count"])),
                    {"F": "felony", "M": "misdemeanour"}[row["c_charge_degree"]],
                ]
            )


if __name__ == "__main__":
    main()
