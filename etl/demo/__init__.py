"""A synthetic city: extracts as departments really send them, and the truth beside them.

Agencies need data that contractors may see; contractors may not see real data. Everything made here is fictional.
"""

from etl.demo.city import Summary, generate
from etl.demo.enterprises import enterprises
from etl.demo.residents import Residents, residents

__all__ = ["Residents", "Summary", "enterprises", "generate", "residents"]
